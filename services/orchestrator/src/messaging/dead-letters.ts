import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { maskCards, queueNames } from '@polyservice-lab/contracts/order-saga'
import type { Delivery } from '@polyservice-lab/service-kit/broker'
import type { DeadLetter } from '../domain/dead-letter.ts'

const textLengthMax = 300

/** Makes a letter of what came out of saga.dead. */
export function readLetter({ body, headers, messageId, type, contentType }: Delivery, now: Date): DeadLetter {
  const { id, type: bodyType, subject } = membersOf(body)
  const named = queueOf(headers['x-queue'])
  const queue = named ?? queueOf(lastDeath(headers))
  const tries = headers['x-tries']
  const byDefault = queue === named ? 'unknown' : 'delivered too often'
  return {
    id: randomUUID(),
    queue,
    messageId: textOf(id ?? messageId),
    type: textOf(bodyType ?? type),
    subject: textOf(subject),
    error: textOf(headers['x-error']) ?? byDefault,
    tries: Number.isSafeInteger(tries) && Number(tries) >= 0 ? Number(tries) : 0,
    ...{ body, contentType, state: 'dead', deadAt: now, replayedAt: null },
  }
}

/** A message goes back to a queue that somebody consumes, and to no other. */
function queueOf(name: unknown): string | null {
  return queueNames.find((queue) => queue === name) ?? null
}

/**
 * The queue in which a message was delivered too often. A message that was in a delay queue before has an entry of that
 * one as well, and `x-first-death-queue` names it.
 */
function lastDeath({ 'x-death': deaths }: Delivery['headers']): unknown {
  if (!Array.isArray(deaths)) return undefined
  const entries = deaths.filter((death) => typeof death === 'object' && death !== null)
  const entry = entries.find(({ reason }) => reason === 'delivery_limit') ?? entries.find(isOfInbox)
  return entry?.queue
}

function isOfInbox({ queue }: { readonly queue?: unknown }): boolean {
  return queueOf(queue) !== null
}

/** The members of a body that is a JSON object; none of any other. */
function membersOf(body: Buffer): Readonly<Record<string, unknown>> {
  if (!isUtf8(body)) return {}
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/** A text that can be stored and shown; null for what is no text. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  return maskCards(value.replaceAll('\0', '')).slice(0, textLengthMax).toWellFormed()
}
