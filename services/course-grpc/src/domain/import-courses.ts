import { AppError } from '@polyservice-lab/service-kit/app-error'
import { type Course, courseExists, courseViolations, invalidFields, isCourseIdTooLong } from './course.ts'
import type { CourseStore, Stop } from './course-store.ts'

/** How many refusals an answer tells; the others are counted only, so that it stays small. */
const refusalsMax = 100

interface Refusal {
  /** The position of the course in the stream, from 0. */
  readonly index: number
  /** Empty where it is longer than an id may be. */
  readonly courseId: string
  readonly error: AppError
}

export interface ImportResult {
  readonly imported: number
  readonly refused: number
  readonly refusals: readonly Refusal[]
}

/**
 * Imports a stream of courses: all or nothing per course, and nothing at all unless the stream comes to its end.
 * Courses are set aside as they come and committed together, so memory does not grow with the stream.
 */
export async function importCourses(
  store: CourseStore,
  courses: AsyncIterable<Course>,
  stop: Stop,
): Promise<ImportResult> {
  await using stage = store.stage()
  const invalid: Refusal[] = []
  let invalidCount = 0
  let index = 0
  for await (const course of courses) {
    const violations = courseViolations(course)
    if (violations.length === 0) {
      await stage.add(index, course)
    } else {
      invalidCount++
      const courseId = isCourseIdTooLong(course.courseId) ? '' : course.courseId
      if (invalid.length < refusalsMax) invalid.push({ index, courseId, error: invalidFields(violations) })
    }
    index++
  }
  const { imported, takenCount, taken } = await stage.commit(refusalsMax, stop)
  const refusals = taken
    .map(({ index, courseId }): Refusal => ({ index, courseId, error: courseExists(courseId) }))
    .concat(invalid)
    .sort((a, b) => a.index - b.index)
    .slice(0, refusalsMax)
  return { imported, refused: invalidCount + takenCount, refusals }
}

/** Lets at most `max` imports run at a time. */
export function createImportLimit(max: number): () => Disposable {
  let running = 0
  return () => {
    if (running >= max) throw new AppError('resource_exhausted', `${max} imports are running already`)
    running++
    return {
      [Symbol.dispose]: () => {
        running--
      },
    }
  }
}
