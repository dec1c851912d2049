import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const visibleAscii = /^[\x21-\x7e]{1,128}$/
const made = new WeakMap<IncomingMessage, string>()

export function newRequestId(): string {
  return randomUUID()
}

/** The X-Request-Id of a request where it is 1 to 128 visible ASCII characters, else a new one: the same at each call. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  if (typeof given === 'string' && visibleAscii.test(given)) return given
  const id = made.get(request) ?? newRequestId()
  made.set(request, id)
  return id
}
