import type { ClientRequest, IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import { abortError, connectionError } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { retryAfterMs } from '../core/retries.ts'
import type { Tell } from '../core/wire.ts'
import { describeRequest, describeResponse } from './describe-frame.ts'
import { refusedError } from './echo-errors.ts'

export interface OpenOptions {
  /** host:port */
  readonly address: string
  /** Default: `/`. */
  readonly path?: string | undefined
  /** The subprotocols that are offered (RFC 6455, 1.9). Default: none. */
  readonly protocols?: readonly string[] | undefined
  /** Of the request, beside those of the protocol. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly origin: string | undefined
  readonly compression: boolean
  readonly tell: Tell | undefined
}

/** The largest reply that is taken, in bytes; a larger one ends its connection with 1009. */
const replyBytesMax = 128 * 1024 * 1024

/** How long a server may take to answer a close, in ms. */
const closeTimeoutMs = 2_000

/**
 * Makes the opening handshake (RFC 6455, 4.1).
 * @param use is called with the open socket before the first message can arrive
 * @throws LabError when the signal ends it, nothing answers, or the server refuses
 */
export function openWebSocket<T>(
  { address, path = '/', protocols = [], headers = {}, origin, compression, tell }: OpenOptions,
  signal: AbortSignal,
  use: (socket: WebSocket) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const options = {
      headers,
      perMessageDeflate: compression,
      maxPayload: replyBytesMax,
      closeTimeout: closeTimeoutMs,
      ...(origin === undefined ? {} : { origin }),
      finishRequest: (request: ClientRequest) => {
        tell?.({ direction: 'sent', text: describeRequest(request) })
        request.end()
      },
    }
    const socket = new WebSocket(`ws://${address}${path}`, [...protocols], options)
    const fail = (error: LabError): void => {
      signal.removeEventListener('abort', abort)
      reject(error)
      socket.terminate()
    }
    const abort = (): void => fail(abortError(signal))
    const failed = (cause: NodeJS.ErrnoException): void => fail(handshakeError(address, cause))
    const answered = (response: IncomingMessage): void =>
      tell?.({ direction: 'received', text: describeResponse(response) })

    socket.on('error', failed)
    socket.on('upgrade', answered)
    socket.on('unexpected-response', (_request, response) => {
      answered(response)
      text(response).then(
        (body) =>
          fail(refusedError(response.statusCode ?? 0, body, retryAfterMs(response.headers['retry-after']))),
        (cause: unknown) => fail(connectionError(address, cause)),
      )
    })
    socket.on('open', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', failed)
      resolve(use(socket))
    })
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
  })
}

/** A peer that answers with something else than the agreed upgrade has no `code` of the system in its error. */
function handshakeError(address: string, cause: NodeJS.ErrnoException): LabError {
  return cause.code === undefined || cause.code.startsWith('HPE_')
    ? new LabError('protocol_error', `${address} does not speak WebSocket: ${cause.message}`, { cause })
    : connectionError(address, cause)
}
