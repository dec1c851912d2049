import type { IncomingMessage } from 'node:http'
import { patterns } from '@polyservice-lab/contracts/order-saga'
import { listQuery, parse, parseAfter } from '@polyservice-lab/service-kit/json-api'
import * as z from 'zod'

const customerId = z.string('is missing').regex(patterns.customerId, 'must be the id of a customer')

const position = z
  .string('must be given once')
  .transform((text, context) => {
    const id = /^\d{1,15}$/.test(text) ? Number(text) : parseAfter(text)
    if (id !== undefined) return id
    context.addIssue({ code: 'custom', message: 'must be the id of a notification' })
    return z.NEVER
  })
  .optional()

/** The parameters of a list. */
export const listing = z.object({ ...listQuery, customerId })

const stream = z.object({ customerId, after: position, 'Last-Event-ID': position })

/** Where a stream begins. */
export interface StreamStart {
  readonly customerId: string
  /** Undefined for new notifications only. */
  readonly after: number | undefined
}

/**
 * Reads what a stream is asked for by: the header of a client that comes again counts before the parameter.
 * @throws AppError invalid_argument with a violation for each that is wrong
 */
export function readStart({ url = '', headers }: IncomingMessage): StreamStart {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length))
  const given: Record<string, unknown> = {}
  for (const name of ['customerId', 'after']) {
    const values = parameters.getAll(name)
    if (values.length > 0) given[name] = values.length === 1 ? values[0] : values
  }
  if (headers['last-event-id'] !== undefined) given['Last-Event-ID'] = headers['last-event-id']
  const checked = parse(stream, given)
  return { customerId: checked.customerId, after: checked['Last-Event-ID'] ?? checked.after }
}
