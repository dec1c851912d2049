import { randomBytes } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { RequestHandler } from 'express'
import type { BlobReader, Blobs } from '../../domain/blobs.ts'
import type { Files } from '../../domain/files.ts'
import type { StoredContent } from '../../domain/store.ts'
import { HttpError } from '../errors.ts'
import { decodePath } from '../paths.ts'
import { type ByteRange, parseRanges } from './byte-ranges.ts'
import { mediaTypeOf } from './media-types.ts'

/**
 * The bytes of stored files: GET, HEAD, conditions and ranges (RFC 9110 sections 13 and 14). What a browser shows of
 * them runs no script and may be embedded anywhere.
 */
export function staticFiles(files: Files, blobs: Blobs): RequestHandler {
  return async (request, response) => {
    response.locals['operation'] = 'static'
    const path = decodePath(request.path)
    const opened = await openContent(path, files, blobs)
    if (opened === undefined) throw new HttpError(404, 'Not Found')
    await using blob = opened.blob
    response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
    await answer(request, response, { ...opened.content, mediaType: mediaTypeOf(path), blob })
  }
}

interface ServedFile extends StoredContent {
  readonly mediaType: string
  readonly blob: BlobReader
}

/** What is stored at a path now, and its bytes. */
async function openContent(path: string, files: Files, blobs: Blobs) {
  for (;;) {
    const content = await files.read(path)
    if (content === undefined) return undefined
    try {
      return { content, blob: await blobs.open(content.blobId) }
    } catch (error) {
      // Between the two, other bytes took their place.
      const now = await files.read(path)
      if (now?.blobId === content.blobId) throw error
    }
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, file: ServedFile): Promise<void> {
  const etag = `"${file.blobId.replaceAll('-', '')}"`
  const lastModified = new Date(file.modifiedAtMs).toUTCString()
  const headers = {
    'Accept-Ranges': 'bytes',
    'Last-Modified': lastModified,
    ETag: etag,
    'Content-Type': file.mediaType,
  }
  if (isNotModified(request, etag, file.modifiedAtMs)) {
    response.writeHead(304, { ETag: etag }).end()
    return
  }
  const { range, 'if-range': ifRange } = request.headers
  if (range === undefined || (ifRange !== undefined && ifRange !== etag && ifRange !== lastModified))
    return send(request, response, file, 200, headers, { start: 0, end: file.sizeBytes })
  const found = parseRanges(range, file.sizeBytes)
  if (found.kind === 'malformed') return sendText(response, 400, found.reason)
  if (found.kind === 'unsatisfiable')
    return sendText(response, 416, '', { 'Content-Range': `bytes */${file.sizeBytes}` })
  const [only] = found.ranges
  if (found.ranges.length > 1 || only === undefined)
    return sendParts(request, response, file, headers, found.ranges)
  const contentRange = `bytes ${only.start}-${only.end - 1}/${file.sizeBytes}`
  return send(request, response, file, 206, { ...headers, 'Content-Range': contentRange }, only)
}

function isNotModified(request: IncomingMessage, etag: string, modifiedAtMs: number): boolean {
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers
  if (ifNoneMatch !== undefined && ifNoneMatch !== '') {
    const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    return tags.includes(etag) || tags.includes('*')
  }
  // Dates of HTTP have whole seconds.
  return Date.parse(ifModifiedSince ?? '') >= Math.floor(modifiedAtMs / 1000) * 1000
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
  status: number,
  headers: OutgoingHttpHeaders,
  range: ByteRange,
): Promise<void> {
  const body = request.method === 'HEAD' ? [] : file.blob.read(range.start, range.end)
  await sendBody(response, status, { ...headers, 'Content-Length': range.end - range.start }, body)
}

/** Several ranges at once (RFC 9110 section 14.6). */
async function sendParts(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile,
  headers: OutgoingHttpHeaders,
  ranges: readonly ByteRange[],
): Promise<void> {
  const boundary = randomBytes(13).toString('hex')
  const parts = ranges.map((range) => ({
    range,
    head:
      `--${boundary}\r\nContent-Type: ${file.mediaType}\r\n` +
      `Content-Range: bytes ${range.start}-${range.end - 1}/${file.sizeBytes}\r\n\r\n`,
  }))
  const end = `--${boundary}--`
  const length = parts.reduce(
    (sum, { head, range }) => sum + head.length + range.end - range.start + '\r\n'.length,
    end.length,
  )
  async function* body() {
    for (const { head, range } of parts) {
      yield head
      yield* file.blob.read(range.start, range.end)
      yield '\r\n'
    }
    yield end
  }
  const all = {
    ...headers,
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': length,
  }
  await sendBody(response, 206, all, request.method === 'HEAD' ? [] : body())
}

async function sendBody(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: Iterable<never> | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  response.writeHead(status, headers)
  await pipeline(body, response)
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
