import { setImmediate } from 'node:timers/promises'
import type { Request } from 'express'
import type { BudgetShare } from '../receive-budget.ts'
import { HttpError } from './http-error.ts'

/** Media types that a body may have, and the header that names them where it has none of these. */
export interface BodyTypes {
  readonly types: readonly string[]
  readonly header: 'Accept' | 'Accept-Patch'
  readonly named: string
}

/** @throws HttpError 415 for a body that is not JSON in UTF-8 by its head */
export function checkContentType({ headers }: Request, { types, header, named }: BodyTypes): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='))
  const isUnicode = charset === undefined || /^\s*charset="?utf-?8"?\s*$/.test(charset)
  const isPlain = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity'
  if (!types.includes(type.trim()) || !isUnicode || !isPlain)
    throw new HttpError(415, 'the media type of the body is not one of these', { [header]: named })
}

/**
 * Reads a body as far as the limit.
 * @param share counts it for as long as the share lives, which is as long as something is made of it
 * @throws HttpError 413, AppError unavailable
 */
export async function readBody(request: Request, bytesMax: number, share: BudgetShare): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of readChunks(request, bytesMax)) {
    chunks.push(chunk)
    bytes += chunk.length
    await holdUnfinished(request, share, bytes)
  }
  return Buffer.concat(chunks)
}

/**
 * Counts what is held in memory of a body that arrives.
 * @throws AppError unavailable where all bodies are too much together and this one is not whole
 */
export async function holdUnfinished(request: Request, share: BudgetShare, bytes: number): Promise<void> {
  try {
    share.hold(bytes)
  } catch (error) {
    // The end of a body that came in one piece with its last bytes is seen after them.
    await setImmediate()
    if (!request.complete) throw error
  }
}

/**
 * A body as it arrives, as far as the limit. A client that asks before it sends is told to go on (RFC 9110, 10.1.1).
 * @throws HttpError 413
 */
export async function* readChunks(request: Request, bytesMax: number): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge()
  if (request.headers.expect !== undefined) request.res?.writeContinue()
  let bytes = 0
  // The socket has to stay open for an answer when the rest is not read.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) throw tooLarge()
    yield chunk
  }
}

export function tooLarge(): HttpError {
  return new HttpError(413, 'Content Too Large')
}

/**
 * Reads on without keeping anything, so that a client that sends first and reads then hears the answer; one that does
 * not end is cut off.
 */
export function discardRest(request: Request, bytesMax: number): void {
  if (request.complete) return
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) request.socket.destroy()
  })
}
