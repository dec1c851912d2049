import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'

export interface Course {
  readonly courseId: string
  readonly title: string
  readonly description: string
}

/** What the catalogue holds from the first start, and again after a reset. */
export const seed: readonly Course[] = [
  {
    courseId: 'api-course',
    title: 'Автотесты API',
    description: 'Будем изучать написание API автотестов',
  },
]

/** Lengths in characters, which are Unicode code points. */
const idLengthMax = 100
const titleLengthMax = 250
const descriptionLengthMax = 10_000

/** What is wrong with a text; undefined where nothing is. `lengthMax` is in characters. */
export function textFault(text: string, lengthMax: number, required: boolean): string | undefined {
  if (required && text === '') return 'must not be empty'
  return isLonger(text, lengthMax) ? `must not be longer than ${lengthMax} characters` : undefined
}

function isLonger(text: string, lengthMax: number): boolean {
  // A code point takes one or two UTF-16 units, so most texts need no counting.
  if (text.length <= lengthMax) return false
  if (text.length > 2 * lengthMax) return true
  let length = 0
  for (const _ of text) length++
  return length > lengthMax
}

const faultsOf = {
  courseId: (course: Course) => textFault(course.courseId, idLengthMax, true),
  title: (course: Course) => textFault(course.title, titleLengthMax, true),
  description: (course: Course) => textFault(course.description, descriptionLengthMax, false),
}

export type CourseField = keyof typeof faultsOf
export type MutableField = Exclude<CourseField, 'courseId'>
export const mutableFields: readonly MutableField[] = ['title', 'description']

/** One violation per wrong field; `prefix` stands before the name of the field. */
export function courseViolations(
  course: Course,
  prefix = '',
  fields: readonly CourseField[] = ['courseId', 'title', 'description'],
): FieldViolation[] {
  return fields.flatMap((field) => {
    const description = faultsOf[field](course)
    return description === undefined ? [] : [{ field: prefix + field, description }]
  })
}

/** @throws AppError invalid_argument naming `field` */
export function checkCourseId(courseId: string, field = 'courseId'): void {
  const description = textFault(courseId, idLengthMax, true)
  if (description !== undefined) throw invalidFields([{ field, description }])
}

export function isCourseIdTooLong(courseId: string): boolean {
  return isLonger(courseId, idLengthMax)
}

export function invalidFields(violations: readonly FieldViolation[]): AppError {
  const faults = violations.map(({ field, description }) => `${field} ${description}`)
  return new AppError('invalid_argument', faults.join('; '), { violations })
}

export function courseNotFound(courseId: string): AppError {
  return new AppError('not_found', 'there is no course with this id', {
    resource: { type: 'course', name: courseId },
  })
}

export function courseExists(courseId: string): AppError {
  return new AppError('already_exists', 'there is a course with this id already', {
    resource: { type: 'course', name: courseId },
  })
}
