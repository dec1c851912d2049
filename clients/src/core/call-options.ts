import { LabError } from './lab-error.ts'
import type { OnWire } from './wire.ts'

export const defaultTimeoutMs = 5_000
export const defaultKeepaliveMs = 20_000

/** What every call takes. */
export interface CallOptions {
  /** Cancels the call: it rejects with the code `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Ends the call with the code `deadline_exceeded`. Default: the client's. */
  readonly timeoutMs?: number | undefined
}

/** How calls are repeated, and connections made again. */
export interface RetryOptions {
  /** How often at most, without progress in between. Default: 8. */
  readonly retriesMax?: number | undefined
  /** The first pause, in ms; each is at most twice the one before, half of it by chance. Default: 100. */
  readonly delayMs?: number | undefined
  /** The longest pause, in ms, unless the server asks for more. Default: 5000. */
  readonly delayMsMax?: number | undefined
}

/** What every client is made with. Its timeout and signal hold for each of its calls. */
export interface ClientOptions extends CallOptions {
  readonly host?: string | undefined
  readonly port?: number | undefined
  /**
   * How long a stream that waits for its server may be silent before the server is asked whether it is there, in ms. One that does not
   * answer is `unavailable`. Default: 20,000.
   */
  readonly keepaliveMs?: number | undefined
  /** Is told what goes over the wire, secrets masked. */
  readonly onWire?: OnWire | undefined
  /**
   * Repeats what is safe to repeat, and makes lost connections again; `{}` for the defaults. Each retry is an event of
   * `onWire`. Default: false, so that a test sees what the server did.
   */
  readonly retries?: RetryOptions | false | undefined
}

/** The time of performance.now() at which a call that begins now is out of time. */
export function callDeadline(client: CallOptions, call: CallOptions = {}): number {
  return performance.now() + (call.timeoutMs ?? client.timeoutMs ?? defaultTimeoutMs)
}

/** The deadline of a call, and the signal that ends it early: the client's, the call's, or the deadline's. */
export function callSignal(client: CallOptions, call: CallOptions = {}): AbortSignal {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? client.timeoutMs ?? defaultTimeoutMs)
  const signals = [client.signal, call.signal, timeout].filter((signal) => signal !== undefined)
  return AbortSignal.any(signals)
}

/** The signal of a call that goes on until its caller is done: it has a deadline only where the call names one. */
export function streamSignal(client: CallOptions, call: CallOptions): AbortSignal {
  const timeout = call.timeoutMs === undefined ? undefined : AbortSignal.timeout(call.timeoutMs)
  return AbortSignal.any([client.signal, call.signal, timeout].filter((signal) => signal !== undefined))
}

/** The error of a call that `signal` ended. */
export function abortError(signal: AbortSignal): LabError {
  const cause: unknown = signal.reason
  return cause instanceof DOMException && cause.name === 'TimeoutError'
    ? new LabError('deadline_exceeded', 'the call took longer than its timeout', { cause })
    : new LabError('cancelled', 'the call was cancelled', { cause })
}

/** `host:port`, as URLs write it (RFC 3986, 3.2.2). */
export function hostPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The error of a connection that failed, from what the socket said. */
export function connectionError(address: string, cause: unknown): LabError {
  const text =
    cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : String(cause)
  return new LabError('unavailable', `no answer from ${address}: ${text}`, { cause })
}

/** What `begin` promises, or the error of the signal, whichever comes first; the promise goes on for whoever shares it. */
export async function beforeAbort<T>(signal: AbortSignal, begin: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortError(signal)
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(abortError(signal))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([begin(), aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
