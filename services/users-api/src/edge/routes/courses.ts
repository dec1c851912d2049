import type { Courses } from '../../domain/courses.ts'
import { brokenCourseScores } from '../../domain/scores.ts'
import { type Route, securedRoute } from '../route.ts'
import { optional, withDefault } from '../validation/fields.ts'
import { integer } from '../validation/integer.ts'
import { model } from '../validation/model.ts'
import { jsonBody } from '../validation/request-body.ts'
import { nullable, refined } from '../validation/schema.ts'
import { text } from '../validation/text.ts'
import { uuid4 } from '../validation/uuid.ts'
import { courseSchema, nothingSchema, viewCourse, wrapped } from '../views.ts'

const title = text({ minLength: 1, maxLength: 250 })
const description = text({ minLength: 1 })
const estimatedTime = nullable(text({ minLength: 1, maxLength: 50 }))
const score = nullable(integer())
const pathFields = { course_id: uuid4() }
const answer = wrapped('course', courseSchema)

/** @param appHost what the URLs of preview files begin with */
export function courseRoutes(courses: Courses, appHost: string): Route[] {
  return [
    securedRoute({
      method: 'POST',
      path: '/courses',
      operationId: 'createCourse',
      tag: 'courses',
      summary: 'Create a course',
      body: jsonBody(
        refined(
          model({
            title,
            maxScore: withDefault(score, null),
            minScore: withDefault(score, null),
            description,
            estimatedTime: withDefault(estimatedTime, null),
            previewFileId: uuid4(),
            createdByUserId: uuid4(),
          }),
          brokenCourseScores,
        ),
      ),
      answer,
      failures: { 403: 'The user of the course is not you', 404: 'File or user not found' },
      handle: async ({ caller, body }) => ({
        course: viewCourse(await courses.create(caller, body), appHost),
      }),
    }),
    securedRoute({
      method: 'GET',
      path: '/courses',
      operationId: 'listCourses',
      tag: 'courses',
      summary: 'List the courses of a user',
      queryFields: { userId: uuid4() },
      answer: wrapped('courses', { type: 'array', items: courseSchema }),
      handle: async ({ query }) => ({
        courses: (await courses.listOfUser(query.userId)).map((course) => viewCourse(course, appHost)),
      }),
    }),
    securedRoute({
      method: 'GET',
      path: '/courses/{course_id}',
      operationId: 'getCourse',
      tag: 'courses',
      summary: 'Get a course',
      pathFields,
      answer,
      failures: { 404: 'Course not found' },
      handle: async ({ path }) => ({ course: viewCourse(await courses.get(path.course_id), appHost) }),
    }),
    securedRoute({
      method: 'PATCH',
      path: '/courses/{course_id}',
      operationId: 'updateCourse',
      tag: 'courses',
      summary: 'Change some fields of a course',
      pathFields,
      body: jsonBody(
        refined(
          model({
            title: optional(title),
            maxScore: optional(score),
            minScore: optional(score),
            description: optional(description),
            estimatedTime: optional(estimatedTime),
          }),
          brokenCourseScores,
        ),
      ),
      answer,
      failures: { 403: 'The course is not yours', 404: 'Course not found' },
      handle: async ({ caller, path, body }) => ({
        course: viewCourse(await courses.update(caller, path.course_id, body), appHost),
      }),
    }),
    securedRoute({
      method: 'DELETE',
      path: '/courses/{course_id}',
      operationId: 'deleteCourse',
      tag: 'courses',
      summary: 'Delete a course with its exercises and its preview file',
      pathFields,
      answer: nothingSchema,
      failures: { 403: 'The course is not yours', 404: 'Course not found' },
      async handle({ path, caller }) {
        await courses.delete(caller, path.course_id)
        return null
      },
    }),
  ]
}
