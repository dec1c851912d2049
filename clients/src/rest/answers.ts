import { schemas } from '@polyservice-lab/contracts/users-api'
import type * as z from 'zod'
import { LabError } from '../core/lab-error.ts'
import type { ApiResponse } from './api-response.ts'
import { failureOf } from './failures.ts'

/** The body of each success. */
export const answers = {
  token: schemas.TokensAnswer,
  oauthToken: schemas.OAuthTokenAnswer,
  user: schemas.UserAnswer,
  file: schemas.FileAnswer,
  course: schemas.CourseAnswer,
  courses: schemas.CoursesAnswer,
  exercise: schemas.ExerciseAnswer,
  exercises: schemas.ExercisesAnswer,
  nothing: schemas.Nothing,
} as const

/**
 * The value of a success, as it came: what the contract does not know is let pass.
 * @throws LabError of an answer that is no success; `protocol_error` with violations for one that is not of the contract
 */
export async function answerOf<S extends z.ZodType>(
  answer: Promise<ApiResponse>,
  schema: S,
): Promise<z.infer<S>> {
  const response = await answer
  const { status, body, headers } = response
  if (status !== 200) throw failureOf(response)
  const { success, error } = schema.safeParse(body)
  if (success) return body as z.infer<S>
  const violations = error.issues.map(({ path, message }) => ({
    field: path.join('.'),
    description: message,
  }))
  const text = violations.map(({ field, description }) => `${field || 'the body'}: ${description}`).join('; ')
  throw new LabError('protocol_error', `the answer is not of the contract: ${text}`, {
    status,
    violations,
    body,
    requestId: headers.get('x-request-id') ?? undefined,
  })
}
