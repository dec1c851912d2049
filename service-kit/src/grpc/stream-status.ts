import { constants, type ServerHttp2Stream } from 'node:http2'
import type { StatusObject } from '@grpc/grpc-js'

/** Ends a call that no handler has begun with, by a status alone. grpc-js is told of nothing more that comes. */
export function respond(stream: ServerHttp2Stream, { code, details, metadata }: StatusObject): void {
  if (stream.closed || stream.destroyed || stream.headersSent) return
  stream.removeAllListeners('data').removeAllListeners('end').resume()
  const headers = {
    'content-type': 'application/grpc+proto',
    'grpc-status': code,
    'grpc-message': encodeURI(details),
    ...metadata.toHttp2Headers(),
  }
  stream.respond(headers, { endStream: true })
}

/** Tells a client whose answer is whole that it may stop to send (RFC 9113, 8.1). */
export function refuseTheRest(stream: ServerHttp2Stream): void {
  const refuse = () => {
    if (stream.readableEnded) return
    // A reset overtakes what HTTP/2 has not written yet.
    if ((stream.session?.state.outboundQueueSize ?? 0) > 0) setTimeout(refuse, 20)
    else stream.close(constants.NGHTTP2_NO_ERROR)
  }
  const { headersSent, sentHeaders } = stream
  // Node sends trailers with the next setImmediate.
  if (headersSent && sentHeaders['grpc-status'] === undefined)
    stream.once('wantTrailers', () => queueMicrotask(() => setImmediate(refuse)))
  else setImmediate(refuse)
}
