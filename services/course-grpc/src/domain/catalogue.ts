import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import {
  type Course,
  checkCourseId,
  courseExists,
  courseNotFound,
  courseViolations,
  invalidFields,
  type MutableField,
  seed,
} from './course.ts'
import type { CourseStore, Stop } from './course-store.ts'
import { createImportLimit, type ImportResult, importCourses } from './import-courses.ts'

/** How many courses are read at a time, where they are short. */
const readAhead = 64

export interface CatalogueLimits {
  readonly importsMax: number
}

export interface Page {
  readonly courses: AsyncIterable<Course>
  /** The id of its last course, once it was read to its end; undefined where no course comes after it. */
  readonly lastId: () => string | undefined
}

export type Catalogue = ReturnType<typeof createCatalogue>

/** The rules of the course catalogue. Faults are AppErrors. */
export function createCatalogue(store: CourseStore, { importsMax }: CatalogueLimits) {
  const beginImport = createImportLimit(importsMax)

  async function get(courseId: string): Promise<Course> {
    checkCourseId(courseId)
    return (await store.get(courseId)) ?? raise(courseNotFound(courseId))
  }

  /** The courses after an id, in the order of their ids; `pageSize` 0 stands for all. */
  function list(pageSize: number, afterId: string): Page {
    if (pageSize < 0) throw invalidFields([{ field: 'pageSize', description: 'must not be negative' }])
    let lastId: string | undefined
    async function* read() {
      let left = pageSize === 0 ? Number.POSITIVE_INFINITY : pageSize
      let last = afterId
      while (left > 0) {
        const courses = await store.page(last, Math.min(left, readAhead))
        yield* courses
        left -= courses.length
        last = courses.at(-1)?.courseId ?? last
        if (courses.length === 0) return
      }
      if ((await store.page(last, 1)).length > 0) lastId = last
    }
    return { courses: read(), lastId: () => lastId }
  }

  async function create(course: Course | undefined, stop: Stop): Promise<Course> {
    const added = required(course)
    check(courseViolations(added, 'course.'))
    if (!(await store.insert(added, stop))) throw courseExists(added.courseId)
    return added
  }

  async function update(
    course: Course | undefined,
    fields: readonly MutableField[],
    stop: Stop,
  ): Promise<Course> {
    const changed = required(course)
    check(courseViolations(changed, 'course.', ['courseId', ...fields]))
    const changes = Object.fromEntries(fields.map((field) => [field, changed[field]]))
    return (await store.update(changed.courseId, changes, stop)) ?? raise(courseNotFound(changed.courseId))
  }

  async function remove(courseId: string, stop: Stop): Promise<void> {
    checkCourseId(courseId)
    if (!(await store.delete(courseId, stop))) throw courseNotFound(courseId)
  }

  async function importAll(courses: AsyncIterable<Course>, stop: Stop): Promise<ImportResult> {
    using _running = beginImport()
    return await importCourses(store, courses, stop)
  }

  return { get, list, create, update, remove, importAll, reset: () => store.replaceAll(seed) }
}

function required(course: Course | undefined): Course {
  return course ?? raise(invalidFields([{ field: 'course', description: 'must be set' }]))
}

function check(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw invalidFields(violations)
}

function raise(error: Error): never {
  throw error
}
