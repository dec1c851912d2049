import type { Course, CourseChanges, NewCourse } from '@polyservice-lab/contracts/users-api'
import type { CallOptions } from '../core/call-options.ts'
import { answerOf, answers } from './answers.ts'
import { type ApiClientOptions, apiPath, createApiClient, type Query, withId } from './api-client.ts'
import type { ApiResponse } from './api-response.ts'

/** Courses of users-api. What ends with Api gives the answer as it is, whatever its status. */
export interface CoursesClient {
  /** @param json the body, however wrong */
  createCourseApi(json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError invalid_argument, permission_denied, not_found naming the file or the user */
  createCourse(course: NewCourse, options?: CallOptions): Promise<Course>
  getCourseApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found */
  getCourse(id: string, options?: CallOptions): Promise<Course>
  getCoursesApi(query: Query, options?: CallOptions): Promise<ApiResponse>
  /** The courses of a user. */
  getCourses(query: { readonly userId: string }, options?: CallOptions): Promise<readonly Course[]>
  /** @param json the body, however wrong */
  updateCourseApi(id: string, json: unknown, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found, permission_denied */
  updateCourse(id: string, changes: CourseChanges, options?: CallOptions): Promise<Course>
  deleteCourseApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** With its exercises and its preview file. @throws LabError not_found, permission_denied */
  deleteCourse(id: string, options?: CallOptions): Promise<void>
}

const path = `${apiPath}/courses`

/**
 * @param options with a session or an access token
 * @example
 * const courses = await createCoursesClient({ token }).getCourses({ userId })
 */
export function createCoursesClient(options: ApiClientOptions): CoursesClient {
  const api = createApiClient(options)
  const createCourseApi: CoursesClient['createCourseApi'] = (json, call) => api.post(path, { json }, call)
  const getCourseApi: CoursesClient['getCourseApi'] = async (id, call) => api.get(withId(path, id), {}, call)
  const getCoursesApi: CoursesClient['getCoursesApi'] = (query, call) => api.get(path, { query }, call)
  const updateCourseApi: CoursesClient['updateCourseApi'] = async (id, json, call) =>
    api.patch(withId(path, id), { json }, call)
  const deleteCourseApi: CoursesClient['deleteCourseApi'] = async (id, call) =>
    api.delete(withId(path, id), {}, call)

  return {
    createCourseApi,
    getCourseApi,
    getCoursesApi,
    updateCourseApi,
    deleteCourseApi,
    createCourse: async (course, call) =>
      (await answerOf(createCourseApi(course, call), answers.course)).course,
    getCourse: async (id, call) => (await answerOf(getCourseApi(id, call), answers.course)).course,
    getCourses: async (query, call) => (await answerOf(getCoursesApi(query, call), answers.courses)).courses,
    updateCourse: async (id, changes, call) =>
      (await answerOf(updateCourseApi(id, changes, call), answers.course)).course,
    async deleteCourse(id, call) {
      await answerOf(deleteCourseApi(id, call), answers.nothing)
    },
  }
}
