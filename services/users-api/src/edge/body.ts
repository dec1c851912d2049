import type { IncomingMessage } from 'node:http'
import type { ReceiveBudget } from '@polyservice-lab/service-kit'
import { HttpError, RequestInvalidError } from './errors.ts'
import { decodeText } from './json/decode-text.ts'
import type { JsonValue } from './json/json-value.ts'
import { JsonSyntaxError, parseJson } from './json/parse-json.ts'

export interface BodyLimits {
  /** Of a JSON body, of a form without files, and of all texts of one with files. */
  readonly bodyBytesMax: number
  /** Of those that have begun to arrive and are not whole. */
  readonly receiveBudget: ReceiveBudget
}

/** Why a body that is neither JSON nor a form cannot be taken. */
export const unparsable = 'There was an error parsing the body'

/**
 * Reads a body as far as the limits.
 * @throws HttpError 413, AppError unavailable
 */
export async function readBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  using share = limits.receiveBudget.open()
  for await (const chunk of readChunks(request, limits.bodyBytesMax)) {
    chunks.push(chunk)
    bytes += chunk.length
    share.hold(bytes)
  }
  return Buffer.concat(chunks)
}

/**
 * A body as it arrives, as far as the limit.
 * @throws HttpError 413
 */
export async function* readChunks(request: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge()
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
export function discardRest(request: IncomingMessage, bytesMax: number): void {
  if (request.complete) return
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) request.socket.destroy()
  })
}

/**
 * The value of a JSON body, undefined where there is none. A body of another content type is its text.
 * @throws RequestInvalidError for a syntax error, HttpError 400 for what is no text, 413, AppError unavailable
 */
export async function readJsonBody(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<JsonValue | undefined> {
  const bytes = await readBytes(request, limits)
  if (bytes.length === 0) return undefined
  if (!isJson(request.headers['content-type'])) return bytes.toString('utf8')
  try {
    return parseJson(decodeText(bytes)) ?? undefined
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw new HttpError(400, unparsable)
    const { message, position } = error
    throw new RequestInvalidError([
      {
        type: 'json_invalid',
        loc: ['body', BigInt(position)],
        msg: 'JSON decode error',
        input: {},
        ctx: { error: message },
      },
    ])
  }
}

/** application/json, application/*+json, or nothing at all. */
function isJson(contentType = ''): boolean {
  return contentType === '' || /^\s*application\/(?:json|[^\s;]*\+json)\s*(?:;|$)/i.test(contentType)
}
