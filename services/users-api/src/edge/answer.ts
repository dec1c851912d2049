import type { OutgoingHttpHeaders } from 'node:http'
import { AppError } from '@polyservice-lab/service-kit'
import { LoginLimitError } from '../domain/login-limiter.ts'
import { HttpError, RequestInvalidError, statusOfCode } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { type Writable, writeJson } from './json/write-json.ts'

/** An answer before it is sent. */
export interface Answer {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
  readonly body: Writable
}

const overload = { 'Retry-After': '1' }

/** The answer that tells of an error; undefined where its text must not leave the process. */
export function answerOfError(error: unknown): Answer | undefined {
  if (error instanceof RequestInvalidError)
    return { status: 422, body: { detail: error.faults.map((fault) => ({ ...fault })) } }
  if (error instanceof HttpError)
    return { status: error.status, headers: error.headers, body: { detail: error.message } }
  if (!(error instanceof AppError) || error.code === 'internal') return undefined
  const body = { detail: error.message }
  return { status: statusOfCode[error.code], headers: headersOf(error), body }
}

function headersOf(error: AppError): OutgoingHttpHeaders {
  if (error instanceof LoginLimitError) return { 'Retry-After': String(error.retryAfterS) }
  // RFC 9110 section 15.5.2: a 401 names a way to authenticate.
  if (error.code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
  return error.code === 'unavailable' ? overload : {}
}

/** Sends JSON; with the headers of every answer, all in one piece. */
export function sendJson(response: Exchange, { status, headers = {}, body }: Answer): void {
  // A text goes out in one piece with the headers, bytes would not.
  const text = writeJson(body)
  const bytes = Buffer.byteLength(text)
  const all = [
    ...response.locals.headers,
    'Content-Type',
    'application/json',
    'Content-Length',
    String(bytes),
  ]
  for (const [name, value] of Object.entries(headers)) all.push(name, String(value))
  response.writeHead(status, all)
  // ASCII is the same in both encodings, and the cheaper one of them to write.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8')
}

/** Sends headers alone. */
export function sendEmpty(response: Exchange, status: number, headers: readonly string[]): void {
  response.writeHead(status, [...response.locals.headers, ...headers]).end()
}
