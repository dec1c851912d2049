import { extname } from 'node:path'
import { type Exchange, HttpError } from '@polyservice-lab/service-kit/http'
import type { Request, RequestHandler, Response } from 'express'
import { lookup } from 'mime-types'
import send from 'send'
import type { Blobs } from '../../domain/blobs.ts'
import type { Files } from '../../domain/files.ts'
import type { StoredContent } from '../../domain/store.ts'

/** What is read ahead of a client, and what waits for it at most: that which is read and that which is written. */
const highWaterMark = 32_768
const waitingBytesMax = 2 * highWaterMark

/**
 * The bytes of stored files: GET, HEAD, conditions and one range (RFC 9110 sections 13 and 14). What a browser shows of
 * them runs no script and may be embedded anywhere.
 */
export function staticFiles(files: Files, blobs: Blobs): RequestHandler<{ path?: string[] }> {
  return async (request, response) => {
    const path = (request.params.path ?? []).join('/')
    const { sendBudget } = response.locals as Exchange
    sendBudget.admit(waitingBytesMax)
    sendBudget.hold(response, waitingBytesMax)
    let before: StoredContent | undefined
    for (;;) {
      const content = await files.read(path)
      if (content === undefined || content.blobId === before?.blobId) throw new HttpError(404, 'Not Found')
      setHeaders(response, path, content)
      if (isNotModified(request, content)) {
        response.removeHeader('Content-Type')
        response.writeHead(304).end()
        return
      }
      // Where the blob is gone, other bytes took its place in the meantime.
      if (await sendBlob(request, response, await blobs.path(content.blobId))) return
      before = content
    }
  }
}

function setHeaders(response: Response, path: string, content: StoredContent): void {
  const type = lookup(extname(path)) || 'text/plain'
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  response.setHeader('Content-Type', type.startsWith('text/') ? `${type}; charset=utf-8` : type)
  response.setHeader('ETag', etagOf(content))
  response.setHeader('Last-Modified', new Date(content.modifiedAtMs).toUTCString())
}

function etagOf({ blobId }: StoredContent): string {
  return `"${blobId.replaceAll('-', '')}"`
}

/** Compared here: `send` takes a request with Cache-Control: no-cache, as fetch sends it, for one that wants all. */
function isNotModified(request: Request, content: StoredContent): boolean {
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers
  if (ifNoneMatch !== undefined && ifNoneMatch !== '') {
    const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    return tags.includes(etagOf(content)) || tags.includes('*')
  }
  // Dates of HTTP have whole seconds.
  return Date.parse(ifModifiedSince ?? '') >= Math.floor(content.modifiedAtMs / 1000) * 1000
}

/**
 * Sends the bytes of a file.
 * @returns false where there is no such file
 * @throws HttpError 412, 416
 */
function sendBlob(request: Request, response: Response, file: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // It passes what it does not know itself on to the stream that reads the file.
    const options = { cacheControl: false, dotfiles: 'allow', index: false, highWaterMark } as const
    send(request, file, options)
      // The text of these errors holds the path of the file.
      .on('error', (error: Error & { readonly status: number }) => {
        if (error.status === 404) resolve(false)
        else reject(clientFaultOf(error.status, response) ?? error)
      })
      .on('directory', () => resolve(false))
      .pipe(response)
    response.once('close', () => resolve(true))
  })
}

function clientFaultOf(status: number, response: Response): HttpError | undefined {
  if (status === 412) return new HttpError(412, 'Precondition Failed')
  if (status !== 416) return undefined
  return new HttpError(416, 'Range Not Satisfiable', {
    'Content-Range': String(response.getHeader('Content-Range')),
  })
}
