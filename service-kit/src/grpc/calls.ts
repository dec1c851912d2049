import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Metadata } from '@grpc/grpc-js'
import { Health, methodPath } from '@polyservice-lab/contracts/grpc'
import { AppError } from '../app-error.ts'
import { type CallOptions, ServerCall } from './server-call.ts'

/** Names a call in its metadata, so that its handler finds what is known of its stream. */
const callKey = 'lab-call'
const checkPath = methodPath(Health.method.check)
/** What grpc-js takes a call for that is refused: it ends before there is a handler. */
const refusedPath = checkPath
/** Beyond CALLS_MAX: who asks for the health of a server that is busy is to hear that it is well. */
const healthChecksMax = 32
/** How often calls are looked through for those whose client does nothing. */
const sweepIntervalMs = 1_000

export interface CallsOptions extends CallOptions {
  readonly callsMax: number
  /** The paths that grpc-js knows. */
  readonly paths: ReadonlySet<string>
  /** Told of each session that has a call, once. */
  readonly onSession: (session: Http2Session) => void
}

/**
 * Sees every call of the process as HTTP/2 gives it, before grpc-js does, which shows its handlers neither the calls that
 * it ends by itself nor the streams of the others.
 */
export function createCalls(options: CallsOptions) {
  const calls = new Map<string, ServerCall>()
  const sessions = new WeakSet<Http2Session>()
  let begun = 0

  function begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { session } = stream
    if (session !== undefined && !sessions.has(session)) {
      sessions.add(session)
      options.onSession(session)
    }
    const path = headers[':path'] ?? ''
    const operation = options.paths.has(path) ? path : 'unknown'
    const call = new ServerCall(stream, headers['x-request-id'], operation, options)
    const id = String(++begun)
    headers[callKey] = id
    calls.set(id, call)
    stream.on('close', () => {
      calls.delete(id)
      call.closed()
    })
    if (String(headers['content-type']).startsWith('application/grpc')) serve(call, stream, headers)
  }

  function serve(call: ServerCall, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    try {
      const path = headers[':path'] ?? ''
      if (!options.paths.has(path)) throw new AppError('unimplemented', 'there is no such method')
      if (calls.size > options.callsMax + (path === checkPath ? healthChecksMax : 0))
        throw new AppError('resource_exhausted', `${options.callsMax} calls are running already`)
      call.begin(headers)
      // Not `on`, which would begin to read, before grpc-js listens.
      stream.prependListener('data', (chunk: Buffer) => call.receive(chunk))
    } catch (error) {
      headers[':path'] = refusedPath
      // When grpc-js has the stream, in the next tick, and has read nothing of it.
      process.nextTick(() => process.nextTick(() => call.fail(error)))
    }
    // What is seen to here, and what no handler asks for, is not for grpc-js to read and to copy.
    for (const name in headers)
      if (!name.startsWith(':') && name !== 'content-type' && name !== callKey) delete headers[name]
  }

  const onStart = (message: unknown) => {
    const { stream, headers } = message as { stream: ServerHttp2Stream; headers: IncomingHttpHeaders }
    begin(stream, headers)
  }
  subscribe('http2.server.stream.start', onStart)
  const sweeping = setInterval(() => {
    const now = performance.now()
    for (const call of calls.values()) call.sweep(now)
  }, sweepIntervalMs)

  return {
    find: (metadata: Metadata) => calls.get(String(metadata.get(callKey)[0])),
    /** Ends all of them. */
    failAll(error: AppError): void {
      for (const call of calls.values()) call.fail(error)
    },
    /** Sees no more calls. */
    stop(): void {
      unsubscribe('http2.server.stream.start', onStart)
      clearInterval(sweeping)
    },
  }
}
