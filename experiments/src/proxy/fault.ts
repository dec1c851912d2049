import { z } from 'zod'

/** What the proxy can tell apart in the bytes that pass: chunks, frames of HISTORY/1, of RFC 6455, of RFC 9113. */
export const protocols = ['tcp', 'history', 'websocket', 'http2'] as const
export type Protocol = (typeof protocols)[number]

/** Which way a message goes. */
const directions = ['server', 'client'] as const
export type Direction = (typeof directions)[number]

/** The error codes of HTTP/2 in the order of their numbers (RFC 9113, 7). */
export const http2Codes = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const
const http2Code = z.enum(http2Codes)

const ms = z.number().min(0)
const count = z.int().min(1)

/** Which messages a fault is about. */
const filters = {
  towards: z.enum(directions),
  /** The connection it is about, counted from 1. Without it: each. */
  connection: count.optional(),
}
/** A fault of one message: the n-th of a connection that goes this way, counted from 1. */
const ofMessage = {
  ...filters,
  message: count,
  /** How often it happens at most, all connections together. */
  times: count.optional(),
}

const ending = z.enum(['fin', 'reset'])

export const faultSchema = z.discriminatedUnion('kind', [
  /** Everything arrives later; nothing waits for what is before it. */
  z.strictObject({ kind: z.literal('latency'), ...filters, ms, jitterMs: ms.default(0) }),
  z.strictObject({ kind: z.literal('bandwidth'), ...filters, bytesPerSecond: count }),
  /** Nothing arrives, and nobody is told. What was sent arrives when the fault is lifted, as after a lost link. */
  z.strictObject({ kind: z.literal('blackhole'), ...filters }),
  /** One byte at a time, each in a packet of its own. */
  z.strictObject({ kind: z.literal('bytewise'), ...filters, gapMs: ms.default(0) }),
  /** The first connections are ended before anything passes; those after them work. */
  z.strictObject({ kind: z.literal('fail-first'), connections: count, end: ending.default('reset') }),
  /** One message arrives late, and all behind it. */
  z.strictObject({ kind: z.literal('delay'), ...ofMessage, ms }),
  /** One message arrives up to `bytes` (default: half of it), then both sides are closed. */
  z.strictObject({
    kind: z.literal('cut'),
    ...ofMessage,
    bytes: count.optional(),
    end: ending.default('fin'),
  }),
  /** After the message the peer is sent a Close frame with this code, with none (`code: none`), or no frame at all (`abrupt`). */
  z.strictObject({
    kind: z.literal('close-websocket'),
    ...ofMessage,
    code: z.union([z.int().min(1000).max(4999), z.enum(['none', 'abrupt'])]),
    reason: z.string().max(123).default(''),
  }),
  /** After the DATA frame its stream is reset on both sides. */
  z.strictObject({ kind: z.literal('rst-stream'), ...ofMessage, code: http2Code.default('CANCEL') }),
  /**
   * After the DATA frame the client is told to go away, as servers begin a graceful end (RFC 9113, 6.8): every stream
   * that is open, or on its way, is still served.
   */
  z.strictObject({ kind: z.literal('goaway'), ...ofMessage, code: http2Code.default('NO_ERROR') }),
])

/** A fault with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>
/** A fault as it is written down. */
export type FaultInput = z.input<typeof faultSchema>

const protocolOf: Partial<Record<Fault['kind'], Protocol>> = {
  'close-websocket': 'websocket',
  'rst-stream': 'http2',
  goaway: 'http2',
}

/** Why a fault cannot be had with a protocol; undefined if it can. */
export function mismatch({ kind }: Fault, protocol: Protocol): string | undefined {
  const needed = protocolOf[kind]
  return needed === undefined || needed === protocol
    ? undefined
    : `${kind} needs protocol ${needed}, not ${protocol}`
}
