import { codeOfHttpStatus, type ErrorCode } from '@polyservice-lab/contracts/errors'
import type { Response } from 'express'
import { AppError } from '../app-error.ts'

/** An answer with all of its body. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Default: application/json. */
  readonly contentType?: string
  readonly body: string
}

/** The answer that tells of an error; the one table of an edge. Of an unknown error it shows nothing. */
export type ToWire = (error: unknown) => HttpAnswer

/** A fault that HTTP itself names by a status: 404 for a path that is none, 405, 413. */
export class HttpError extends AppError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(codeOfHttpStatus[status] ?? 'internal', message)
    this.name = 'HttpError'
    this.status = status
    this.headers = headers
  }
}

export function codeOfError(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : 'internal'
}

/** Sends an answer; with the headers of every answer, all in one piece. */
export function sendAnswer(response: Response, answer: HttpAnswer): void {
  const { status, headers, contentType = 'application/json', body } = answer
  // A text goes out in one piece with the headers, bytes would not.
  const bytes = Buffer.byteLength(body)
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': bytes, ...headers })
  // ASCII is the same in both encodings, and the cheaper one of them to write.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8')
}
