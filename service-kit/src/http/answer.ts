import type { ErrorRequestHandler, Request, Response } from 'express'
import { AppError } from '../app-error.ts'
import type { ServiceDeps } from '../run-service.ts'
import { discardRest } from './body.ts'
import type { Exchange } from './exchange.ts'

/** An answer with all of its body. */
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Default: application/json. */
  readonly contentType?: string
  readonly body: string
}

/**
 * The answer that tells of an error; the one table of an edge. Of an unknown error it shows nothing.
 * @param request undefined where what came is no request
 */
export type ToWire = (error: unknown, request?: Request) => HttpAnswer

/**
 * Sends an answer; with the headers of every answer, all in one piece.
 * @throws AppError unavailable where too many answers wait to be read
 */
export function sendAnswer(response: Response, answer: HttpAnswer): void {
  const { sendBudget } = response.locals as Exchange
  sendBudget.admit(answer.body.length)
  write(response, answer)
}

function write(response: Response, { status, headers, contentType, body }: HttpAnswer): void {
  const bytes = Buffer.byteLength(body)
  response.writeHead(status, {
    'Content-Type': contentType ?? 'application/json',
    'Content-Length': bytes,
    ...headers,
  })
  // A text goes out in one piece with the headers, bytes would not; and ASCII is cheaper to write as Latin-1.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8')
  const { sendBudget } = response.locals as Exchange
  sendBudget.hold(response, response.writableLength)
}

/**
 * Answers every error by the table of the edge. An error that is `internal`, or a full disk, is logged with its stack.
 * @param discardBytesMax how much of the rest of a body is read before its connection is cut off
 */
export function answerErrors(
  toWire: ToWire,
  discardBytesMax: number,
  { logger }: ServiceDeps,
): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    // A client that went away is no fault of ours, and hears no answer; one that was too slow has had it.
    if (!request.socket.writable) return
    const locals = response.locals as Exchange
    locals.outcome = error instanceof AppError ? error.code : 'internal'
    if (locals.outcome === 'internal' || locals.outcome === 'insufficient_storage') {
      const { requestId, operation } = locals
      logger.error({ err: error, requestId, operation }, 'failed')
    }
    if (response.headersSent) {
      response.destroy()
      return
    }
    discardRest(request, discardBytesMax)
    write(response, toWire(error, request))
  }
}
