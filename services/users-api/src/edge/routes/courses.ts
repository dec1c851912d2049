import type { Courses } from '../../domain/courses.ts'
import { brokenCourseScores } from '../../domain/scores.ts'
import { type Route, securedRoute } from '../route.ts'
import { anyId, schemas } from '../validation/schemas.ts'
import { type HostOf, viewCourse } from '../views.ts'

const pathFields = { course_id: anyId }
const answer = schemas.CourseAnswer
/** What stands for values that are left out. */
const defaults = { maxScore: null, minScore: null, estimatedTime: null }

export function courseRoutes(courses: Courses, hostOf: HostOf): Route[] {
  return [
    securedRoute('POST /courses', {
      operationId: 'createCourse',
      summary: 'Create a course',
      body: { kind: 'json', schema: schemas.NewCourse, broken: brokenCourseScores },
      answer,
      failures: { 403: 'The user of the course is not you', 404: 'File or user not found' },
      handle: async ({ caller, body, request }) => ({
        course: viewCourse(await courses.create(caller, { ...defaults, ...body }), hostOf(request)),
      }),
    }),
    securedRoute('GET /courses', {
      operationId: 'listCourses',
      summary: 'List the courses of a user',
      queryFields: { userId: anyId },
      answer: schemas.CoursesAnswer,
      handle: async ({ query, request }) => ({
        courses: (await courses.listOfUser(query.userId)).map((course) =>
          viewCourse(course, hostOf(request)),
        ),
      }),
    }),
    securedRoute('GET /courses/{course_id}', {
      operationId: 'getCourse',
      summary: 'Get a course',
      pathFields,
      answer,
      failures: { 404: 'Course not found' },
      handle: async ({ path, request }) => ({
        course: viewCourse(await courses.get(path.course_id), hostOf(request)),
      }),
    }),
    securedRoute('PATCH /courses/{course_id}', {
      operationId: 'updateCourse',
      summary: 'Change some fields of a course',
      pathFields,
      body: { kind: 'json', schema: schemas.CourseChanges, broken: brokenCourseScores },
      answer,
      failures: { 403: 'The course is not yours', 404: 'Course not found' },
      handle: async ({ caller, path, body, request }) => ({
        course: viewCourse(await courses.update(caller, path.course_id, body), hostOf(request)),
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
