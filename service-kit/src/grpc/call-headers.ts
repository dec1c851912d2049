import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http2'
import { gunzipSync, inflateSync } from 'node:zlib'
import { AppError } from '../app-error.ts'

const unitMs = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 } as const

/** How messages that are flagged as compressed are decompressed. */
const decompressors = { gzip: gunzipSync, deflate: inflateSync } as const
/** What grpc-js says that it accepts. */
export const acceptedEncodings = 'identity,deflate,gzip'

/** Ids that are made up differ in their last part: a random one for each call costs a short call much. */
const idPrefix = randomUUID().slice(0, 24)
let idsMade = 0

/** The id under which a call is logged: that of the client, where it is fit for a log and for trailers. */
export function readRequestId(header: string | string[] | undefined): string {
  if (header !== undefined && /^[\x21-\x7e]{1,128}$/.test(String(header))) return String(header)
  return idPrefix + (++idsMade).toString(16).padStart(12, '0')
}

/**
 * Milliseconds until the deadline; Infinity where there is none.
 * @throws AppError where it is malformed or over
 */
export function readTimeout(headers: IncomingHttpHeaders): number {
  const header = headers['grpc-timeout']
  if (header === undefined) return Number.POSITIVE_INFINITY
  const match = /^(\d{1,8})([HMSmun])$/.exec(String(header))
  if (match === null) throw new AppError('invalid_argument', 'grpc-timeout is malformed')
  const timeoutMs = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  if (timeoutMs === 0) throw new AppError('deadline_exceeded', 'the deadline has passed')
  return timeoutMs
}

/** @throws AppError unimplemented for an encoding that there is not */
export function readEncoding(headers: IncomingHttpHeaders): string {
  const encoding = String(headers['grpc-encoding'] ?? 'identity')
  if (encoding === 'identity' || Object.hasOwn(decompressors, encoding)) return encoding
  throw new AppError('unimplemented', `grpc-encoding must be one of ${acceptedEncodings}`)
}

/**
 * The bytes of a message that is flagged as compressed.
 * @throws AppError where it is not compressed so, or longer than `bytesMax` then
 */
export function decompress(message: Buffer, flag: number, encoding: string, bytesMax: number): Buffer {
  if (flag > 1) throw new AppError('invalid_argument', 'the flag of a message is neither 0 nor 1')
  if (encoding === 'identity')
    throw new AppError('internal', 'a message is compressed, and grpc-encoding does not say how')
  try {
    return decompressors[encoding as keyof typeof decompressors](message, { maxOutputLength: bytesMax })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw messageTooLong(bytesMax)
    throw new AppError('invalid_argument', `a message is flagged as ${encoding} and is not`)
  }
}

export function messageTooLong(bytesMax: number): AppError {
  return new AppError('resource_exhausted', `a message may have ${bytesMax} bytes`)
}
