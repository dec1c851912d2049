import type { Course, CourseChanges, NewCourse } from '@polyservice-lab/contracts/users-api'
import type { CallOptions } from '../core/call-options.ts'
import { type ApiClientOptions, apiPath, createApiClient } from './api-client.ts'

export interface CoursesClient {
  /** @throws LabError invalid_argument, permission_denied, not_found naming the file or the user */
  create(course: NewCourse, options?: CallOptions): Promise<Course>
  /** @throws LabError not_found */
  get(id: string, options?: CallOptions): Promise<Course>
  listOfUser(userId: string, options?: CallOptions): Promise<readonly Course[]>
  /** @throws LabError not_found, permission_denied */
  update(id: string, changes: CourseChanges, options?: CallOptions): Promise<Course>
  /** With its exercises and its preview file. @throws LabError not_found, permission_denied */
  delete(id: string, options?: CallOptions): Promise<void>
}

const path = `${apiPath}/courses`

/** @param options with the access token of a login */
export function createCoursesClient(options: ApiClientOptions): CoursesClient {
  const api = createApiClient(options)
  const withId = (id: string) => `${path}/${encodeURIComponent(id)}`
  return {
    create: async (json, callOptions) =>
      (await api.call<{ course: Course }>('POST', path, { json }, callOptions)).course,
    get: async (id, callOptions) =>
      (await api.call<{ course: Course }>('GET', withId(id), {}, callOptions)).course,
    listOfUser: async (userId, callOptions) =>
      (await api.call<{ courses: Course[] }>('GET', path, { query: { userId } }, callOptions)).courses,
    update: async (id, json, callOptions) =>
      (await api.call<{ course: Course }>('PATCH', withId(id), { json }, callOptions)).course,
    async delete(id, callOptions) {
      await api.call<null>('DELETE', withId(id), {}, callOptions)
    },
  }
}
