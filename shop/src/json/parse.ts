import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import type * as z from 'zod'
import { invalid } from '../domain/rules.ts'

/** Of the wrong members of one request so many are told, and so much of a name that the client made up. */
const violationsMax = 100
const unknownMax = 20
const fieldLengthMax = 100
/** What the texts of zod begin with, where a schema has none of its own. */
const zodText = 'Invalid input'

export interface Checked<Value> {
  readonly data: Value | undefined
  /** One for each wrong member, in their order; none where there is data. */
  readonly violations: readonly FieldViolation[]
}

/** Holds a value against a schema. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.output<Schema>> {
  const { data, error } = schema.safeParse(value, { reportInput: true })
  return { data, violations: violationsOf(error?.issues ?? []) }
}

/** @throws AppError invalid_argument with a violation for each wrong member, in their order */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { data, violations } = check(schema, value)
  if (violations.length === 0) return data as z.output<Schema>
  // Without a name, it is the value itself that is wrong.
  throw violations.some(({ field }) => field === '')
    ? new AppError('invalid_argument', 'the body is no JSON object')
    : invalid(violations)
}

/** The first issue of each member; a name that is unknown is told for itself. */
function violationsOf(issues: readonly z.core.$ZodIssue[]): FieldViolation[] {
  const found = new Map<string, string>()
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, unknownMax))
        found.set(fieldOf([...issue.path, key]), 'is not known')
    } else if (!found.has(fieldOf(issue.path))) found.set(fieldOf(issue.path), describe(issue))
    if (found.size >= violationsMax) break
  }
  return [...found].map(([field, description]) => ({ field, description }))
}

function fieldOf(path: readonly PropertyKey[]): string {
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return field.replace(/^\./, '').slice(0, fieldLengthMax).toWellFormed()
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`
  if (issue.code !== 'invalid_type') return issue.message
  if (issue.input === undefined) return 'is missing'
  if (!Array.isArray(issue.input) && !issue.message.startsWith(zodText)) return issue.message
  return Array.isArray(issue.input) && issue.expected !== 'object'
    ? `must be one ${issue.expected}`
    : `must be of the type ${issue.expected}`
}
