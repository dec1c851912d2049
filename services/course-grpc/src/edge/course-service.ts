import type { CourseService } from '@polyservice-lab/contracts/course-grpc'
import type { Catalogue } from '../domain/catalogue.ts'
import type { ImportResult } from '../domain/import-courses.ts'
import { answersTo, checkQuestion } from '../domain/study.ts'
import { statusOf } from './errors.ts'
import type { Handlers } from './transport/handlers.ts'

/** The rpcs of courseservice.CourseService over a catalogue. */
export function courseHandlers(catalogue: Catalogue): Handlers<typeof CourseService> {
  return {
    getCourse: ({ courseId }) => catalogue.get(courseId),

    async *listCourses({ pageSize, pageToken }, { trailers }) {
      const { courses, nextPageToken } = catalogue.list(pageSize, pageToken)
      yield* courses
      const next = nextPageToken()
      if (next !== undefined) trailers['next-page-token'] = next
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
        for (const answer of answersTo(question.question, catalogue.get(question.courseId)))
          yield { questionNumber, answerNumber: ++answerNumber, ...answer }
      }
    },

    createCourse: ({ course }, { signal }) => catalogue.create(course, signal),

    updateCourse: ({ course, updateMask }, { signal }) =>
      catalogue.update(course, updateMask?.paths ?? [], signal),

    async deleteCourse({ courseId }, { signal }) {
      await catalogue.remove(courseId, signal)
      return {}
    },
  }
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
      fields: error.details.violations?.map(({ field }) => field) ?? [],
    })),
  }
}
