import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import type { Course, Exercise, StoredFile, Tokens, User } from '@polyservice-lab/contracts/users-api'
import { LabError } from '../core/lab-error.ts'
import type { ApiResponse } from './api-response.ts'
import { failureOf } from './failures.ts'

/** What is wrong with a value that should be a T: nothing where it is one. */
interface Shape<T> {
  (value: unknown, field: string): FieldViolation[]
  /** Never there: it tells the compiler the type. */
  readonly type?: T
}

/**
 * The value of a success, which the contract gives its shape.
 * @throws LabError of an answer that is no success; `protocol_error` with violations for one that is not of the contract
 */
export async function answerOf<T>(answer: Promise<ApiResponse>, shape: Shape<T>): Promise<T> {
  const response = await answer
  const { status, body, headers } = response
  if (status !== 200) throw failureOf(response)
  const violations = shape(body, '')
  if (violations.length === 0) return body as T
  const requestId = headers.get('x-request-id') ?? undefined
  const text = violations.map(({ field, description }) => `${field || 'the body'}: ${description}`).join('; ')
  throw new LabError('protocol_error', `the answer is not of the contract: ${text}`, {
    status,
    violations,
    body,
    requestId,
  })
}

function scalar<T>(description: string, holds: (value: unknown) => boolean): Shape<T> {
  return (value, field) => (holds(value) ? [] : [{ field, description: `must be ${description}` }])
}

function listOf<T>(item: Shape<T>): Shape<T[]> {
  return (value, field) =>
    Array.isArray(value)
      ? value.flatMap((one, i) => item(one, `${field}.${i}`))
      : [{ field, description: 'must be a list' }]
}

function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, field) => (value === null ? [] : shape(value, field))
}

/** Fields that the contract does not know are let pass: a server may tell more. */
function object<T>(shapes: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [{ field, description: 'must be an object' }]
    return Object.entries<Shape<unknown>>(shapes).flatMap(([name, shape]) =>
      shape((value as Record<string, unknown>)[name], field === '' ? name : `${field}.${name}`),
    )
  }
}

const uuid4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const text = scalar<string>('a text', (value) => typeof value === 'string')
const integer = scalar<number>('an integer', Number.isInteger)
const id = scalar<string>('a UUID of version 4', (value) => typeof value === 'string' && uuid4.test(value))
const bearer = scalar<'bearer'>('bearer', (value) => value === 'bearer')

const tokens = object<Tokens>({ tokenType: bearer, accessToken: text, refreshToken: text })
const user = object<User>({ id, email: text, lastName: text, firstName: text, middleName: text })
const file = object<StoredFile>({ id, filename: text, directory: text, url: text })
const course = object<Course>({
  id,
  title: text,
  maxScore: nullable(integer),
  minScore: nullable(integer),
  description: text,
  previewFile: file,
  estimatedTime: nullable(text),
  createdByUser: user,
})
const exercise = object<Exercise>({
  id,
  title: text,
  courseId: id,
  maxScore: nullable(integer),
  minScore: nullable(integer),
  orderIndex: integer,
  description: text,
  estimatedTime: nullable(text),
})

/** The body of each success, as PROTOCOL.md of users-api has it. */
export const answers = {
  token: object<{ token: Tokens }>({ token: tokens }),
  oauthToken: object<{ access_token: string; token_type: 'bearer' }>({
    access_token: text,
    token_type: bearer,
  }),
  user: object<{ user: User }>({ user }),
  file: object<{ file: StoredFile }>({ file }),
  course: object<{ course: Course }>({ course }),
  courses: object<{ courses: Course[] }>({ courses: listOf(course) }),
  exercise: object<{ exercise: Exercise }>({ exercise }),
  exercises: object<{ exercises: Exercise[] }>({ exercises: listOf(exercise) }),
  nothing: scalar<null>('null', (value) => value === null),
} as const
