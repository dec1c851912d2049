import { PlainParser, type PlainResult } from '@polyservice-lab/contracts/tcp-history'
import { AppError } from '@polyservice-lab/service-kit'
import type { Config } from '../config.ts'
import type { Appended } from '../domain/history.ts'
import type { Connection, ReadEnd } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { hasLeft, isDraining, isLate } from './errors.ts'

/** An answer that is no longer has no need to wait for its turn. */
const shortBytes = 65_536

type First = Exclude<PlainResult, { mode: 'http' }>

/**
 * Receives the one message of a plain connection, or the preface of framed mode; undefined where the client closes its
 * side without a byte. It is no async function, because a crowd that says nothing waits here.
 * @throws AppError
 */
export function receiveFirst(connection: Connection, deps: EdgeDeps): Promise<First | undefined> {
  const { config } = deps
  const until = performance.now() + config.idleTimeoutMs
  return connection.read({ until, endsOnDrain: true }).then((read) => {
    // Who said nothing is told nothing.
    if (read === 'timeout') connection.destroy()
    const parser = new PlainParser(config)
    const result = take(parser, read, config)
    return result === undefined && read !== 'fin' ? receiveRest(connection, parser, deps) : result
  })
}

async function receiveRest(connection: Connection, parser: PlainParser, { config }: EdgeDeps) {
  const until = performance.now() + config.idleTimeoutMs
  for (let result: First | undefined; ; ) {
    connection.hold(parser.memoryBytes)
    const options = { pauseMs: config.messageGapMs, until, endsOnDrain: false }
    result = take(parser, await connection.read(options), config)
    if (result !== undefined) return result
  }
}

/** What a read makes of a message: undefined as long as it may go on, or where there is none. */
function take(parser: PlainParser, read: Buffer | ReadEnd, { idleTimeoutMs }: Config): First | undefined {
  if (read === 'draining') throw isDraining()
  if (read === 'timeout') throw isLate('a message', idleTimeoutMs)
  if (read === 'closed') throw hasLeft()
  const result = typeof read === 'string' ? parser.finish() : parser.push(read)
  if (result?.mode !== 'http') return result
  throw new AppError('permission_denied', 'this port speaks no HTTP, and web pages may not write to it', {
    reason: 'http_request',
  })
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
    if (slice.length > shortBytes) await connection.turnToSend(slice.length)
    last = slice
  }
  connection.end(last)
}
