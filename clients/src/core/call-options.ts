import { LabError } from './lab-error.ts'
import type { OnWire } from './wire.ts'

export const defaultTimeoutMs = 5_000
export const defaultKeepaliveMs = 20_000

/** What every call takes. */
export interface CallOptions {
  /** Cancels the call: it rejects with the code `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /**
   * Ends the call with the code `deadline_exceeded` after so many ms, rounded up; `Infinity` for never. A call rejects with
   * `invalid_argument` where the value is no number. Default: the client's, and 5000 where the client has none; a call
   * that streams has no deadline by default.
   */
  readonly timeoutMs?: number | undefined
}

/** The longest that a timer of Node runs, in ms. */
const timerMsMax = 2 ** 31 - 1

/**
 * Reads a time as timers and deadlines take one: a whole number of ms that a timer can run; undefined for never.
 * @throws LabError invalid_argument for NaN, and for what is no number
 */
function wholeMs(name: string, value: number): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw new LabError('invalid_argument', `${name}: ${String(value)} is not a number of milliseconds`)
  if (value === Number.POSITIVE_INFINITY) return undefined
  return Math.min(timerMsMax, Math.max(0, Math.ceil(value)))
}

/** Reads the timeout of a call, in ms; undefined for never. @throws LabError invalid_argument */
export function timeoutOf(...layers: readonly (number | undefined)[]): number | undefined {
  const value = layers.find((layer) => layer !== undefined)
  return value === undefined ? undefined : wholeMs('timeoutMs', value)
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
  const timeoutMs = timeoutOf(call.timeoutMs, client.timeoutMs, defaultTimeoutMs)
  return performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY)
}

/** The deadline of a call, and the signal that ends it early: the client's, the call's, or the deadline's. */
export function callSignal(client: CallOptions, call: CallOptions = {}): AbortSignal {
  return signalWith(timeoutOf(call.timeoutMs, client.timeoutMs, defaultTimeoutMs), client, call)
}

/** The signal of a call that goes on until its caller is done: it has a deadline only where the call names one. */
export function streamSignal(client: CallOptions, call: CallOptions): AbortSignal {
  return signalWith(timeoutOf(call.timeoutMs), client, call)
}

function signalWith(timeoutMs: number | undefined, client: CallOptions, call: CallOptions): AbortSignal {
  const timeout = timeoutMs === undefined ? undefined : timeoutSignal(timeoutMs)
  return AbortSignal.any([client.signal, call.signal, timeout].filter((signal) => signal !== undefined))
}

/** A timer of 0 ms would let a call begin, and end before the timer does. */
function timeoutSignal(timeoutMs: number): AbortSignal {
  if (timeoutMs > 0) return AbortSignal.timeout(timeoutMs)
  return AbortSignal.abort(new DOMException('The operation timed out', 'TimeoutError'))
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

/** What a person is told of a connection that nobody takes. */
export function refusedText(address: string): string {
  return `nobody listens at ${address}: is the lab up? make up`
}

/** The error of a connection that failed, from what the socket said. */
export function connectionError(address: string, cause: unknown): LabError {
  const code = String((cause as { code?: unknown } | undefined)?.code)
  if (code === 'ECONNREFUSED') return new LabError('unavailable', refusedText(address), { cause })
  const text = cause instanceof Error ? cause.message || code : String(cause)
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
