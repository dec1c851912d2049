import { encodeErrorLine, PlainParser, type PlainResult } from '@polyservice-lab/contracts/tcp-history'
import type { Appended } from '../domain/history.ts'
import { type Connection, ConnectionClosed } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { type WireError, wireErrorOf } from './errors.ts'

/** Why a connection has nothing to serve: it said nothing before it was closed or its time was over, or the server drains. */
type Nothing = 'silent' | 'draining'

/**
 * Receives the one message of a plain connection, or the preface of framed mode.
 * @throws AppError with the reason `busy`
 */
export async function receiveFirst(connection: Connection, deps: EdgeDeps): Promise<PlainResult | Nothing> {
  const parser = new PlainParser(deps.config)
  const read = await connection.read({ idleMs: deps.config.idleTimeoutMs, endsOnDrain: true })
  if (read === 'draining') return read
  if (typeof read === 'string') return 'silent'
  // Most messages are one read; only the others are held here, and have a part of the budget.
  return parser.push(read) ?? receiveRest(connection, parser, deps)
}

async function receiveRest(
  connection: Connection,
  parser: PlainParser,
  { config, receiveBudget }: EdgeDeps,
): Promise<PlainResult | Nothing> {
  using share = receiveBudget.open()
  for (;;) {
    share.hold(parser.heldBytes)
    const read = await connection.read({ pauseMs: config.messageGapMs, endsOnDrain: false })
    if (read === 'closed' || read === 'draining') return 'silent'
    const result = typeof read === 'string' ? parser.finish() : parser.push(read)
    if (result !== undefined) return result
  }
}

/** Appends the message, and answers with the history up to it or with one line that says why not. */
export async function servePlain(
  connection: Connection,
  message: Uint8Array,
  { history, logger, metrics }: EdgeDeps,
): Promise<void> {
  const startedAt = performance.now()
  metrics.inFlight.inc()
  let outcome = 'ok'
  try {
    await sendHistory(connection, await history.append(message))
  } catch (error) {
    if (error instanceof ConnectionClosed) {
      outcome = 'cancelled'
      return
    }
    const refusal = wireErrorOf(error, logger)
    outcome = refusal.code
    refuse(connection, refusal)
  } finally {
    metrics.inFlight.dec()
    metrics.observe('plain', outcome, (performance.now() - startedAt) / 1000)
  }
}

/** Says why in one line, and closes. */
export function refuse(connection: Connection, { code, text }: WireError): void {
  connection.end(Buffer.from(encodeErrorLine(code, text)))
}

async function sendHistory(connection: Connection, { text, end }: Appended): Promise<void> {
  let last: Buffer | undefined
  for (const slice of text.slices(0, end)) {
    if (last !== undefined) await connection.send(last, { shared: true })
    last = slice
  }
  connection.end(last)
}
