import { schemas } from '@polyservice-lab/contracts/users-api'
import * as z from 'zod'
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

type Kind = Readonly<Record<string, unknown>>

const text = (charactersMax: number | null): Kind => ({
  ...(charactersMax === null ? {} : { 'too long': 'x'.repeat(charactersMax + 1) }),
  empty: '',
  'a number': 1,
  'a list': ['text'],
  'an object': {},
  'with NUL in it': 'a\0b',
  'with half of a surrogate pair': 'a\ud800',
})

const integer: Kind = {
  'a word': 'ten',
  'a fraction': 1.5,
  'a list': [1],
  'more than 64 bits': 2 ** 63,
}

const uuid: Kind = {
  'no UUID': 'course-1',
  'a UUID of version 1': '6fa459ea-ee8a-11e3-ac10-0800200c9a66',
  empty: '',
  'a number': 1,
}

const email: Kind = {
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

/** The rows of a model of users-api, from what its schema says of each field. */
function rowsOf<Field extends string>(
  model: z.ZodObject<Record<Field, z.ZodType>>,
): readonly WrongValue<Field>[] {
  const fields = Object.entries<z.ZodType>(model.shape).map(([name, schema]) => [
    name,
    {
      ...(schema instanceof z.ZodExactOptional ? {} : { 'left out': undefined }),
      ...(schema.isNullable() ? {} : { null: null }),
      ...(name === 'email' ? email : wrongOf(schema)),
    },
  ])
  return rows<Field>(Object.fromEntries(fields))
}

function wrongOf(schema: z.ZodType): Kind {
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodNullable)
    return wrongOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodString) return text(schema.maxLength)
  return schema instanceof z.ZodUUID ? uuid : integer
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
  user: rowsOf(schemas.NewUser),
  course: rowsOf(schemas.NewCourse),
  exercise: rowsOf(schemas.NewExercise),
  /** For the parts of a form. `bytes` is the part `upload_file`. */
  file: rows<keyof NewFile>({
    filename: {
      'left out': undefined,
      empty: '',
      'too long': 'x'.repeat(256),
      'the directory above': '..',
      'with a slash': 'a/b.txt',
      'with NUL in it': 'a\0b',
    },
    directory: {
      'left out': undefined,
      empty: '',
      'too long': 'x'.repeat(1025),
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
