import type { Exercise, ExerciseChanges, NewExercise } from '@polyservice-lab/contracts/users-api'
import type { CallOptions } from '../core/call-options.ts'
import { answerOf, answers } from './answers.ts'
import { type ApiClientOptions, apiPath, createApiClient, type Query, withId } from './api-client.ts'
import type { ApiResponse } from './api-response.ts'

/** Exercises of users-api. What ends with Api gives the answer as it is, whatever its status. */
export interface ExercisesClient {
  /** @param json the body, however wrong */
  createExerciseApi(json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError invalid_argument, not_found naming the course */
  createExercise(exercise: NewExercise, options?: CallOptions): Promise<Exercise>
  getExerciseApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found */
  getExercise(id: string, options?: CallOptions): Promise<Exercise>
  getExercisesApi(query: Query, options?: CallOptions): Promise<ApiResponse>
  /** The exercises of a course. */
  getExercises(query: { readonly courseId: string }, options?: CallOptions): Promise<readonly Exercise[]>
  /** @param json the body, however wrong */
  updateExerciseApi(id: string, json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found, permission_denied */
  updateExercise(id: string, changes: ExerciseChanges, options?: CallOptions): Promise<Exercise>
  deleteExerciseApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError permission_denied */
  deleteExercise(id: string, options?: CallOptions): Promise<void>
}

const path = `${apiPath}/exercises`

/**
 * @param options with a session or an access token
 * @example
 * const exercises = await createExercisesClient({ token }).getExercises({ courseId })
 */
export function createExercisesClient(options: ApiClientOptions): ExercisesClient {
  const api = createApiClient(options)
  const createExerciseApi: ExercisesClient['createExerciseApi'] = (json, call) =>
    api.post(path, { json }, call)
  const getExerciseApi: ExercisesClient['getExerciseApi'] = async (id, call) =>
    api.get(withId(path, id), {}, call)
  const getExercisesApi: ExercisesClient['getExercisesApi'] = (query, call) => api.get(path, { query }, call)
  const updateExerciseApi: ExercisesClient['updateExerciseApi'] = async (id, json, call) =>
    api.patch(withId(path, id), { json }, call)
  const deleteExerciseApi: ExercisesClient['deleteExerciseApi'] = async (id, call) =>
    api.delete(withId(path, id), {}, call)

  return {
    createExerciseApi,
    getExerciseApi,
    getExercisesApi,
    updateExerciseApi,
    deleteExerciseApi,
    createExercise: async (exercise, call) =>
      (await answerOf(createExerciseApi(exercise, call), answers.exercise)).exercise,
    getExercise: async (id, call) => (await answerOf(getExerciseApi(id, call), answers.exercise)).exercise,
    getExercises: async (query, call) =>
      (await answerOf(getExercisesApi(query, call), answers.exercises)).exercises,
    updateExercise: async (id, changes, call) =>
      (await answerOf(updateExerciseApi(id, changes, call), answers.exercise)).exercise,
    async deleteExercise(id, call) {
      await answerOf(deleteExerciseApi(id, call), answers.nothing)
    },
  }
}
