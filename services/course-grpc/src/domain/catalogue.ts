import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import {
  type Course,
  type CourseField,
  checkCourseId,
  courseExists,
  courseNotFound,
  courseViolations,
  invalidFields,
  seed,
} from './course.ts'
import type { CourseStore, Stop } from './course-store.ts'
import { createImportLimit, type ImportResult, importCourses } from './import-courses.ts'
import { pageTokenAfter, parsePageToken } from './page-token.ts'

/** How many courses are read at a time: what a reader that stops reading costs. */
const readAhead = 8

export interface CatalogueLimits {
  readonly importsMax: number
}

export interface Page {
  readonly courses: AsyncIterable<Course>
  /** The token of the next page, once this one was read to its end; undefined where there is none. */
  readonly nextPageToken: () => string | undefined
}

export type Catalogue = ReturnType<typeof createCatalogue>

/** The rules of the course catalogue. Faults are AppErrors; violations name fields as the proto does. */
export function createCatalogue(store: CourseStore, { importsMax }: CatalogueLimits) {
  const beginImport = createImportLimit(importsMax)

  function get(courseId: string): Course {
    checkCourseId(courseId)
    return store.get(courseId) ?? raise(courseNotFound(courseId))
  }

  /** `pageSize` 0 stands for all. */
  function list(pageSize: number, pageToken: string): Page {
    if (pageSize < 0) throw invalidFields([{ field: 'page_size', description: 'must not be negative' }])
    const afterId = parsePageToken(pageToken)
    let nextPageToken: string | undefined
    async function* read() {
      let left = pageSize === 0 ? Number.POSITIVE_INFINITY : pageSize
      let last = afterId
      while (left > 0) {
        const courses = store.page(last, Math.min(left, readAhead))
        yield* courses
        left -= courses.length
        last = courses.at(-1)?.courseId ?? last
        if (courses.length === 0) return
      }
      if (store.page(last, 1).length > 0) nextPageToken = pageTokenAfter(last)
    }
    return { courses: read(), nextPageToken: () => nextPageToken }
  }

  async function create(course: Course | undefined, stop: Stop): Promise<Course> {
    const added = required(course)
    check(courseViolations(added, 'course.'))
    if (!(await store.insert(added, stop))) throw courseExists(added.courseId)
    return added
  }

  /** `paths` are those of a field mask; without any, the fields that are not empty are changed (AIP-134). */
  async function update(course: Course | undefined, paths: readonly string[], stop: Stop): Promise<Course> {
    const changed = required(course)
    const fields = maskedFields(changed, paths)
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

type MutableField = Exclude<CourseField, 'courseId'>
const mutableFields: readonly MutableField[] = ['title', 'description']

function maskedFields(course: Course, paths: readonly string[]): readonly MutableField[] {
  if (paths.length === 0) return mutableFields.filter((field) => course[field] !== '')
  if (paths.length === 1 && paths[0] === '*') return mutableFields
  const fields = mutableFields.filter((field) => paths.includes(field))
  if (new Set(paths).size !== fields.length)
    throw invalidFields([{ field: 'update_mask', description: 'may name title and description, or be *' }])
  return fields
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
