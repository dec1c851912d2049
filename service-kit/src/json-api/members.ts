import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import type * as z from 'zod'
import { AppError } from '../app-error.ts'

/** Of the wrong members of one request so many are told, and so much of a name that the client made up. */
const violationsMax = 100
const fieldLengthMax = 100

export function invalid(violations: readonly FieldViolation[]): AppError {
  return new AppError('invalid_argument', 'the request is not valid', { violations })
}

/** @throws AppError invalid_argument with a violation for each wrong member, in their order */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value, { reportInput: true })
  if (success) return data
  throw invalid(violationsOf(error.issues))
}

/** The first issue of each member. */
function violationsOf(issues: readonly z.core.$ZodIssue[]): FieldViolation[] {
  const found = new Map<string, string>()
  for (const issue of issues) {
    const field = issue.path.map(String).join('.').slice(0, fieldLengthMax).toWellFormed()
    if (!found.has(field)) found.set(field, describe(issue))
    if (found.size >= violationsMax) break
  }
  return [...found].map(([field, description]) => ({ field, description }))
}

/** Says what a member must be; never what it was. */
function describe(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message
  return issue.input === undefined ? 'is missing' : `must be of the type ${issue.expected}`
}
