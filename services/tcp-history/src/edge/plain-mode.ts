import { PlainParser, type PlainResult } from '@polyservice-lab/contracts/tcp-history'
import { AppError } from '@polyservice-lab/service-kit'
import type { Appended } from '../domain/history.ts'
import type { Connection, ReadEnd } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { isDraining, isLate } from './errors.ts'

/**
 * Receives the one message of a plain connection, or the preface of framed mode; undefined where the client closes its
 * side without a byte.
 * @throws AppError
 */
export async function receiveFirst(
  connection: Connection,
  { config }: EdgeDeps,
): Promise<Exclude<PlainResult, { mode: 'http' }> | undefined> {
  const { idleTimeoutMs, messageGapMs } = config
  const parser = new PlainParser(config)
  const untilFirst = performance.now() + idleTimeoutMs
  let result = take(parser, await connection.read({ until: untilFirst, endsOnDrain: true }))
  for (const until = performance.now() + idleTimeoutMs; result === undefined; ) {
    connection.hold(parser.heldBytes)
    result = take(parser, await connection.read({ pauseMs: messageGapMs, until, endsOnDrain: false }))
  }
  switch (result) {
    case 'draining':
      throw isDraining()
    case 'timeout':
      // Who said nothing is told nothing.
      if (parser.heldBytes === 0) connection.destroy()
      throw isLate('a message', idleTimeoutMs)
    case 'closed':
      throw new AppError('cancelled', 'the client left')
  }
  if (typeof result === 'string') return undefined
  if (result.mode !== 'http') return result
  throw new AppError('permission_denied', 'this port speaks no HTTP, and web pages may not write to it', {
    reason: 'http_request',
  })
}

/** What a read brought: a whole message, a part of one, or the end of the connection. */
function take(parser: PlainParser, read: Buffer | ReadEnd): PlainResult | ReadEnd | undefined {
  if (typeof read !== 'string') return parser.push(read)
  return read === 'pause' || read === 'fin' ? (parser.finish() ?? read) : read
}

/** Appends the message, and answers with the history up to it. */
export async function servePlain(connection: Connection, message: Uint8Array, { history }: EdgeDeps) {
  connection.hold(message.buffer.byteLength)
  const appended = await history.append(message)
  connection.hold(0)
  // Not awaited here: an answer that takes long would keep the message in memory.
  return sendHistory(connection, appended)
}

async function sendHistory(connection: Connection, { text, end }: Appended): Promise<void> {
  let last: Buffer | undefined
  for (const slice of text.slices(0, end)) {
    if (last !== undefined) await connection.send(last, { shared: true })
    last = slice
  }
  connection.end(last)
}
