import type { NewCourse, NewExercise, NewUser } from '@polyservice-lab/contracts/users-api'
import type { Course as CatalogueCourse } from '../grpc/course-client.ts'
import type { NewFile } from '../rest/files-client.ts'

/** A value that the contract refuses for one field, all others being right. */
export interface WrongValue<Field extends PropertyKey = string> {
  /** What is wrong, for the name of a test: `title: empty`. */
  readonly name: string
  readonly field: Field
  /** undefined where the field is left out. */
  readonly value: unknown
}

interface Rules {
  /** The field may be left out. */
  readonly optional?: boolean
  /** The field may be null. */
  readonly nullable?: boolean
}

type Kind = Readonly<Record<string, unknown>>

const absent = ({ optional = false, nullable = false }: Rules): Kind => ({
  ...(optional ? {} : { 'left out': undefined }),
  ...(nullable ? {} : { null: null }),
})

const text = (charactersMax: number, rules: Rules = {}): Kind => ({
  ...absent(rules),
  ...(charactersMax === Number.POSITIVE_INFINITY ? {} : { 'too long': 'x'.repeat(charactersMax + 1) }),
  empty: '',
  'a number': 1,
  'a list': ['text'],
  'an object': {},
  'with NUL in it': 'a\0b',
  'with half of a surrogate pair': 'a\ud800',
})

const integer = (rules: Rules = {}): Kind => ({
  ...absent(rules),
  'a word': 'ten',
  'a fraction': 1.5,
  'a list': [1],
  'more than 64 bits': 2 ** 63,
})

const uuid: Kind = {
  ...absent({}),
  'no UUID': 'course-1',
  'a UUID of version 1': '6fa459ea-ee8a-11e3-ac10-0800200c9a66',
  empty: '',
  'a number': 1,
}

const email: Kind = {
  ...absent({}),
  'without @': 'ada.example.com',
  'with two @': 'ada@king@example.com',
  'without a name': '@example.com',
  'without a domain': 'ada@',
  'with a blank': 'ada king@example.com',
  empty: '',
  'too long': `ada@${'x'.repeat(250)}.com`,
  'a number': 1,
}

/** The rows of a table, from the wrong values of each field. */
function rows<Field extends string>(fields: Readonly<Record<Field, Kind>>): readonly WrongValue<Field>[] {
  return Object.entries<Kind>(fields).flatMap(([field, kind]) =>
    Object.entries(kind).map(([name, value]) => ({
      name: `${field}: ${name}`,
      field: field as Field,
      value,
    })),
  )
}

const lesson = {
  title: text(250),
  description: text(Number.POSITIVE_INFINITY),
}

/**
 * Wrong values for every field, by name, for tables of negative tests. Each alone makes the request a wrong one:
 * users-api answers 422, course-grpc INVALID_ARGUMENT, and both name the field.
 * @example
 * test.for(wrongValues.user)('refuses a user with $name', async ({ field, value }) => {
 *   const { status } = await lab.users.createUserApi({ ...fakers.user(), [field]: value })
 *   expect(status).toBe(422)
 * })
 */
export const wrongValues = {
  user: rows<keyof NewUser>({
    email,
    password: text(250),
    lastName: text(50),
    firstName: text(50),
    middleName: text(50),
  }),
  course: rows<keyof NewCourse>({
    ...lesson,
    maxScore: integer({ optional: true, nullable: true }),
    minScore: integer({ optional: true, nullable: true }),
    estimatedTime: text(50, { optional: true, nullable: true }),
    previewFileId: uuid,
    createdByUserId: uuid,
  }),
  exercise: rows<keyof NewExercise>({
    ...lesson,
    maxScore: integer({ nullable: true }),
    minScore: integer({ nullable: true }),
    estimatedTime: text(50, { nullable: true }),
    orderIndex: integer({ optional: true }),
    courseId: uuid,
  }),
  /** For the parts of a form. `bytes` is the part `upload_file`. */
  file: rows<keyof NewFile>({
    filename: {
      'left out': undefined,
      empty: '',
      'too long': 'x'.repeat(251),
      'the directory above': '..',
      'with a slash': 'a/b.txt',
      'with NUL in it': 'a\0b',
    },
    directory: {
      'left out': undefined,
      empty: '',
      'too long': 'x'.repeat(251),
      'the directory above': '..',
      'out of the storage': 'a/../../b',
      absolute: '/etc',
      'with an empty segment': 'a//b',
      'with NUL in it': 'a\0b',
    },
    bytes: { 'left out': undefined },
  }),
  /** For course-grpc. Violations name the fields as the proto does: `course.course_id`. */
  catalogueCourse: rows<keyof CatalogueCourse>({
    courseId: { empty: '', 'too long': 'x'.repeat(101) },
    title: { empty: '', 'too long': 'x'.repeat(251) },
    description: { 'too long': 'x'.repeat(10_001) },
  }),
  /** For tcp-history; `status` of the LabError is the last word of the name. */
  message: rows<'message'>({
    message: {
      empty: '',
      newline: 'two\nlines',
      not_utf8: 'half of a pair \ud800',
      too_long: 'x'.repeat(65_537),
    },
  }),
} as const
