import type { Courses } from '../../domain/courses.ts'
import { brokenCourseScores } from '../../domain/scores.ts'
import { jsonBody, type Route, securedRoute } from '../route.ts'
import { schemas } from '../validation/schemas.ts'
import { viewCourse } from '../views.ts'

const { id } = schemas.Course.shape
const pathFields = { course_id: id }
const answer = schemas.CourseAnswer
/** What stands for values that are left out. */
const defaults = { maxScore: null, minScore: null, estimatedTime: null }

/** @param appHost what the URLs of preview files begin with */
export function courseRoutes(courses: Courses, appHost: string): Route[] {
  return [
    securedRoute('POST /courses', {
      operationId: 'createCourse',
      summary: 'Create a course',
      body: jsonBody(schemas.NewCourse, brokenCourseScores),
      answer,
      failures: { 403: 'The user of the course is not you', 404: 'File or user not found' },
      handle: async ({ caller, body }) => ({
        course: viewCourse(await courses.create(caller, { ...defaults, ...body }), appHost),
      }),
    }),
    securedRoute('GET /courses', {
      operationId: 'listCourses',
      summary: 'List the courses of a user',
      queryFields: { userId: id },
      answer: schemas.CoursesAnswer,
      handle: async ({ query }) => ({
        courses: (await courses.listOfUser(query.userId)).map((course) => viewCourse(course, appHost)),
      }),
    }),
    securedRoute('GET /courses/{course_id}', {
      operationId: 'getCourse',
      summary: 'Get a course',
      pathFields,
      answer,
      failures: { 404: 'Course not found' },
      handle: async ({ path }) => ({ course: viewCourse(await courses.get(path.course_id), appHost) }),
    }),
    securedRoute('PATCH /courses/{course_id}', {
      operationId: 'updateCourse',
      summary: 'Change some fields of a course',
      pathFields,
      body: jsonBody(schemas.CourseChanges, brokenCourseScores),
      answer,
      failures: { 403: 'The course is not yours', 404: 'Course not found' },
      handle: async ({ caller, path, body }) => ({
        course: viewCourse(await courses.update(caller, path.course_id, body), appHost),
      }),
    }),
    securedRoute('DELETE /courses/{course_id}', {
      operationId: 'deleteCourse',
      summary: 'Delete a course with its exercises and its preview file',
      pathFields,
      failures: { 403: 'The course is not yours', 404: 'Course not found' },
      handle: ({ path, caller }) => courses.delete(caller, path.course_id),
    }),
  ]
}
