import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import { encodeMessage } from '@polyservice-lab/contracts/grpc'
import { type Handlers, protoName } from '@polyservice-lab/service-kit/grpc'
import type { Catalogue } from '../domain/catalogue.ts'
import { type Course, invalidFields, type MutableField, mutableFields } from '../domain/course.ts'
import type { ImportResult } from '../domain/import-courses.ts'
import { answersTo, checkQuestion } from '../domain/study.ts'
import { statusOf } from './errors.ts'
import { pageTokenAfter, parsePageToken } from './page-token.ts'

/** The rpcs of courseservice.CourseService over a catalogue. */
export function courseHandlers(catalogue: Catalogue): Handlers<typeof CourseService> {
  const { output } = CourseService.method.getCourse
  /** A course that is asked for again is the same object, until something is written. */
  const encodedCourses = new WeakMap<Course, Buffer>()

  return {
    async getCourse({ courseId }) {
      const course = await catalogue.get(courseId)
      const known = encodedCourses.get(course)
      if (known !== undefined) return known
      const bytes = encodeMessage(output, course)
      encodedCourses.set(course, bytes)
      return bytes
    },

    async *listCourses({ pageSize, pageToken }, { trailers }) {
      const page = catalogue.list(pageSize, parsePageToken(pageToken))
      yield* page.courses
      if (page.lastId() !== undefined) trailers.set('next-page-token', pageTokenAfter(page.lastId() ?? ''))
    },

    async importCourses(courses, { signal }) {
      return toImportResponse(await catalogue.importAll(courses, signal))
    },

    async *study(questions) {
      let questionNumber = 0n
      for await (const question of questions) {
        questionNumber++
        checkQuestion(question)
        let answerNumber = 0
        for (const answer of answersTo(question.question, await catalogue.get(question.courseId)))
          yield { questionNumber, answerNumber: ++answerNumber, ...answer }
      }
    },

    createCourse: ({ course }, { signal }) => catalogue.create(course, signal),

    updateCourse: ({ course, updateMask }, { signal }) =>
      catalogue.update(course, maskedFields(course, updateMask?.paths ?? []), signal),

    async deleteCourse({ courseId }, { signal }) {
      await catalogue.remove(courseId, signal)
      return {}
    },
  }
}

/** The fields that a mask names; without any, those that are not empty (AIP-134). */
function maskedFields(course: Course | undefined, paths: readonly string[]): readonly MutableField[] {
  if (paths.length === 0) return mutableFields.filter((field) => course?.[field] !== '')
  if (paths.length === 1 && paths[0] === '*') return mutableFields
  const fields = mutableFields.filter((field) => paths.includes(protoName(field)))
  if (new Set(paths).size !== fields.length)
    throw invalidFields([{ field: 'updateMask', description: 'may name title and description, or be *' }])
  return fields
}

function toImportResponse({ imported, refused, refusals }: ImportResult) {
  return {
    importedCount: BigInt(imported),
    refusedCount: BigInt(refused),
    refusals: refusals.map(({ index, courseId, error }) => ({
      index: BigInt(index),
      courseId,
      code: statusOf[error.code],
      message: error.message,
      fields: error.details.violations?.map(({ field }) => protoName(field)) ?? [],
    })),
  }
}
