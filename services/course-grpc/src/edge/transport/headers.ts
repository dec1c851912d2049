import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http2'
import { AppError } from '@polyservice-lab/service-kit/app-error'

/** What the headers of a call say, as "gRPC over HTTP/2" defines them. */
export interface CallHeaders {
  /** Of one call, in the log and in the trailers: what the client sent, where it is fit for both. */
  readonly requestId: string
  /** Infinity where there is no deadline. */
  readonly timeoutMs: number
  /** How the messages that are flagged as compressed are compressed. */
  readonly encoding: 'identity' | 'gzip'
  /** The first header that is wrong; the call ends with it. */
  readonly fault: AppError | undefined
}

export const acceptedEncodings = 'identity,gzip'

const unitMs = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 } as const
const timeoutPattern = /^(\d{1,8})([HMSmun])$/
const requestIdPattern = /^[\x21-\x7e]{1,128}$/

export function readCallHeaders(headers: IncomingHttpHeaders): CallHeaders {
  let fault: AppError | undefined
  const timeoutMs = parseTimeout(headers['grpc-timeout'])
  if (timeoutMs === 0) fault = new AppError('deadline_exceeded', 'the deadline has passed')
  if (timeoutMs === undefined) fault = new AppError('invalid_argument', 'grpc-timeout is malformed')
  const sent = headers['grpc-encoding'] ?? 'identity'
  const encoding = sent === 'gzip' ? 'gzip' : 'identity'
  if (sent !== encoding)
    fault ??= new AppError('unimplemented', `grpc-encoding must be one of ${acceptedEncodings}`)
  return {
    requestId: readRequestId(headers['x-request-id']),
    timeoutMs: timeoutMs ?? Number.POSITIVE_INFINITY,
    encoding,
    fault,
  }
}

function readRequestId(sent: string | string[] | undefined): string {
  const id = Array.isArray(sent) ? sent[0] : sent
  return id !== undefined && requestIdPattern.test(id) ? id : randomUUID()
}

/** Milliseconds; undefined where it is malformed. */
function parseTimeout(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return Number.POSITIVE_INFINITY
  const match = timeoutPattern.exec(String(header))
  return match === null ? undefined : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

/** Whether a content type is that of gRPC with protobuf messages. */
export function isGrpc(contentType: string | undefined): boolean {
  return /^application\/grpc(\+proto)?(;.*)?$/.test(contentType ?? '')
}

/** Percent-encodes a status message: what is not printable ASCII, and the percent sign itself. */
export function encodeStatusMessage(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    [...Buffer.from(part)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}
