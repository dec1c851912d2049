import type { LabError } from './lab-error.ts'

/** Something that went over the wire, as a person would want to read it. Secrets are masked everywhere in it. */
export interface WireEvent {
  readonly protocol: 'http' | 'grpc' | 'tcp' | 'websocket'
  /** `local`: nothing went over the wire; a retry is waited for. */
  readonly direction: 'sent' | 'received' | 'local'
  /** The same number in all events of one HTTP request (its retries included), gRPC call or connection. */
  readonly exchange: number
  /** Lines of text: a request line and headers, a frame described, a message. */
  readonly text: string
  /** The payload bytes, where the text alone does not tell them. */
  readonly bytes?: Uint8Array | undefined
  /** An HTTP request in its parts. */
  readonly request?: WireRequest | undefined
  /** A gRPC call that begins, in its parts. */
  readonly call?: WireCall | undefined
  /** A gRPC message as JSON. */
  readonly message?: string | undefined
  /** What an HTTP request or a gRPC call ended with. */
  readonly status?: number | string | undefined
  readonly retry?: Retry | undefined
}

/** An HTTP request, or each part of a form. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | Uint8Array | readonly WirePart[] | undefined
}

/** One part of a form: a value, or a file by its name. */
export type WirePart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly filename: string }

export interface WireCall {
  /** host:port */
  readonly address: string
  /** Package and service, slash, method. */
  readonly method: string
  readonly tls: boolean
  readonly metadata: readonly (readonly [name: string, value: string])[]
}

/** A retry that is about to be made. */
export interface Retry {
  /** Counted from 1. */
  readonly number: number
  /** The pause before it, in ms; undefined where a library chose it. */
  readonly delayMs?: number | undefined
  /** Why; undefined where a library decided it. */
  readonly error?: LabError | undefined
}

/** Is told what goes over the wire, while it goes: it must neither block nor throw. */
export type OnWire = (event: WireEvent) => void

/** What is told of one exchange. */
export type WireNote = Omit<WireEvent, 'protocol' | 'exchange'>

/** Tells of one exchange. */
export type Tell = (note: WireNote) => void

let exchanges = 0

/** Begins to tell of an exchange; undefined where nobody listens, so that nothing is described for nobody. */
export function tellExchange(onWire: OnWire | undefined, protocol: WireEvent['protocol']): Tell | undefined {
  if (onWire === undefined) return undefined
  exchanges += 1
  const exchange = exchanges
  return (note) => onWire({ protocol, exchange, ...note })
}

/** A retry in words. */
export function describeRetry(retry: Required<Retry> & { error: LabError; delayMs: number }): WireNote {
  const { number, delayMs, error } = retry
  const text = `retry ${number} in ${Math.round(delayMs)} ms: ${error.code}: ${error.message}`
  return { direction: 'local', text, retry }
}
