import type { IncomingMessage } from 'node:http'
import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import { bearerOf } from '@polyservice-lab/service-kit/http'
import { type Access, invalid, isPosition, positionText } from '@polyservice-lab/shop'

const limitDefault = 100
const limitMax = 1000
/** The plain decimal of a whole number. */
const decimal = /^(?:0|[1-9]\d{0,15})$/

/** A parameter: its name, the values that were sent, and which of them are right. */
interface Parameter {
  readonly name: string
  readonly values: readonly string[]
  readonly isRight: (value: number) => boolean
  readonly description: string
}

export interface Poll {
  /** Undefined: from the newest event on. */
  readonly after: number | undefined
  readonly limit: number
  /** How long an answer without events is put off, in seconds. */
  readonly waitS: number
}

/** @throws AppError unauthenticated for a credential that is wrong, in the head or in the query */
export async function authorize(request: IncomingMessage, access: Access): Promise<void> {
  const tokens = [bearerOf(request), ...searchOf(request).getAll('access_token')]
  for (const token of tokens) await access.authorize(token, 'read')
}

/** @throws AppError invalid_argument with a violation for each parameter that is wrong, empty or given twice */
export function readPoll(request: IncomingMessage, waitMaxS: number): Poll {
  const search = searchOf(request)
  const [after, limit, waitS] = readAll(search, [
    afterOf(search),
    within('limit', search.getAll('limit'), 1, limitMax),
    within('wait', search.getAll('wait'), 0, waitMaxS),
  ])
  return { after, limit: limit ?? limitDefault, waitS: waitS ?? 0 }
}

/**
 * Where a stream begins: after the last event that the client saw (HTML, 9.2.4), or after the one that its URL names;
 * undefined for the newest one.
 * @throws AppError invalid_argument
 */
export function readStart(request: IncomingMessage): number | undefined {
  const search = searchOf(request)
  const header = request.headers['last-event-id']
  const lastSeen = {
    ...afterOf(search),
    name: 'Last-Event-ID',
    values: header === undefined ? [] : [header].flat(),
  }
  const [after, last] = readAll(search, [afterOf(search), lastSeen])
  return last ?? after
}

function searchOf({ url = '/' }: IncomingMessage): URLSearchParams {
  const question = url.indexOf('?')
  return new URLSearchParams(question < 0 ? undefined : url.slice(question + 1))
}

function afterOf(search: URLSearchParams): Parameter {
  return { name: 'after', values: search.getAll('after'), isRight: isPosition, description: positionText }
}

function within(name: string, values: readonly string[], min: number, max: number): Parameter {
  const isRight = (value: number) => value >= min && value <= max
  return { name, values, isRight, description: `must be a whole number from ${min} to ${max}` }
}

/** The numbers of parameters; undefined where one was not sent. */
function readAll(search: URLSearchParams, parameters: readonly Parameter[]): (number | undefined)[] {
  const violations = parameters.flatMap(violationOf)
  if (search.getAll('access_token').length > 1) violations.push(twice('access_token'))
  if (violations.length > 0) throw invalid(violations)
  return parameters.map(({ values: [value] }) => (value === undefined ? undefined : Number(value)))
}

function violationOf({ name, values, isRight, description }: Parameter): FieldViolation[] {
  if (values.length > 1) return [twice(name)]
  const areRight = values.every((value) => decimal.test(value) && isRight(Number(value)))
  return areRight ? [] : [{ field: name, description }]
}

function twice(field: string): FieldViolation {
  return { field, description: 'must be given once' }
}
