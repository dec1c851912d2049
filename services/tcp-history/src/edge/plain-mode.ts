import { encodeErrorLine, PlainParser } from '@polyservice-lab/contracts/tcp-history'
import type { Appended } from '../domain/history.ts'
import { type Connection, ConnectionClosed } from './connection.ts'
import type { EdgeDeps } from './edge-deps.ts'
import { type WireError, wireErrorOf } from './errors.ts'

/**
 * Receives the one message of a plain connection.
 * @returns the message; what followed the preface of framed mode; or why there is nothing to do
 * @throws AppError with the reason `busy`
 */
export async function receiveFirst(
  connection: Connection,
  { config, receiveBudget }: EdgeDeps,
): Promise<{ message: Uint8Array } | { framed: Uint8Array } | 'silent' | 'draining'> {
  const parser = new PlainParser(config)
  using share = receiveBudget.open()
  for (;;) {
    const begun = parser.heldBytes > 0
    const timeoutMs = begun ? config.messageGapMs : config.idleTimeoutMs
    const read = await connection.read({ timeoutMs, endsOnDrain: !begun })
    if (read === 'draining') return read
    if (read === 'closed') return 'silent'
    if (read === 'fin' || read === 'timeout') {
      const message = parser.finish()
      return message === undefined ? 'silent' : { message }
    }
    const result = parser.push(read)
    if (result?.mode === 'framed') return { framed: result.rest }
    if (result?.mode === 'plain') return { message: result.message }
    share.hold(parser.heldBytes)
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
    if (last !== undefined) await connection.send(last)
    last = slice
  }
  connection.end(last)
}
