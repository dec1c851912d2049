import type { Exercise, ExerciseChanges, NewExercise } from '@polyservice-lab/contracts/users-api'
import type { CallOptions } from '../core/call-options.ts'
import { type ApiClientOptions, apiPath, createApiClient } from './api-client.ts'

export interface ExercisesClient {
  /** @throws LabError invalid_argument, not_found naming the course */
  create(exercise: NewExercise, options?: CallOptions): Promise<Exercise>
  /** @throws LabError not_found */
  get(id: string, options?: CallOptions): Promise<Exercise>
  listOfCourse(courseId: string, options?: CallOptions): Promise<readonly Exercise[]>
  /** @throws LabError not_found, permission_denied */
  update(id: string, changes: ExerciseChanges, options?: CallOptions): Promise<Exercise>
  /** @throws LabError permission_denied */
  delete(id: string, options?: CallOptions): Promise<void>
}

const path = `${apiPath}/exercises`

/** @param options with the access token of a login */
export function createExercisesClient(options: ApiClientOptions): ExercisesClient {
  const api = createApiClient(options)
  const withId = (id: string) => `${path}/${encodeURIComponent(id)}`
  return {
    create: async (json, callOptions) =>
      (await api.call<{ exercise: Exercise }>('POST', path, { json }, callOptions)).exercise,
    get: async (id, callOptions) =>
      (await api.call<{ exercise: Exercise }>('GET', withId(id), {}, callOptions)).exercise,
    listOfCourse: async (courseId, callOptions) =>
      (await api.call<{ exercises: Exercise[] }>('GET', path, { query: { courseId } }, callOptions))
        .exercises,
    update: async (id, json, callOptions) =>
      (await api.call<{ exercise: Exercise }>('PATCH', withId(id), { json }, callOptions)).exercise,
    async delete(id, callOptions) {
      await api.call<null>('DELETE', withId(id), {}, callOptions)
    },
  }
}
