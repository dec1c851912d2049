import { LabError } from './lab-error.ts'
import type { OnWire } from './wire.ts'

export const defaultTimeoutMs = 5_000

/** What every call takes. */
export interface CallOptions {
  /** Cancels the call: it rejects with the code `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Ends the call with the code `deadline_exceeded`. Default: the client's. */
  readonly timeoutMs?: number | undefined
}

/** What every client is made with. Its timeout and signal hold for each of its calls. */
export interface ClientOptions extends CallOptions {
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Is told what goes over the wire, secrets masked. */
  readonly onWire?: OnWire | undefined
}

/** The deadline of a call, and the signal that ends it early: the client's, the call's, or the deadline's. */
export function callSignal(client: CallOptions, call: CallOptions = {}): AbortSignal {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? client.timeoutMs ?? defaultTimeoutMs)
  const signals = [client.signal, call.signal, timeout].filter((signal) => signal !== undefined)
  return AbortSignal.any(signals)
}

/** The error of a call that `signal` ended. */
export function abortError(signal: AbortSignal): LabError {
  const cause: unknown = signal.reason
  return cause instanceof DOMException && cause.name === 'TimeoutError'
    ? new LabError('deadline_exceeded', 'the call took longer than its timeout', { cause })
    : new LabError('cancelled', 'the call was cancelled', { cause })
}

/** The error of a connection that failed, from what the socket said. */
export function connectionError(address: string, cause: unknown): LabError {
  const text =
    cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause)
  return new LabError('unavailable', `no answer from ${address}: ${text}`, { cause })
}
