import { once } from 'node:events'
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { BudgetShare, Metrics, ReceiveBudget } from '@polyservice-lab/service-kit'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { statusOf } from '../errors.ts'
import { decompress, encodeFrame, encodeGzipFrame, type Frame, FrameDecoder } from './frames.ts'
import type { CallContext } from './handlers.ts'
import { acceptedEncodings, type CallHeaders, encodeStatusMessage, readCallHeaders } from './headers.ts'
import { encodeStatusDetails } from './status-details.ts'

/** The longest delay that a timer can take; a deadline beyond it is none. */
const timerMsMax = 2 ** 31 - 1
const contentType = 'application/grpc+proto'
const acceptable = ['grpc-accept-encoding', acceptedEncodings]
/** As names and values in turn, made once: what Node does with an object per call costs several times as much. */
const responseHeaders = {
  identity: [':status', '200', 'content-type', contentType, 'grpc-encoding', 'identity', ...acceptable],
  gzip: [':status', '200', 'content-type', contentType, 'grpc-encoding', 'gzip', ...acceptable],
} as const satisfies Record<CallHeaders['encoding'], readonly string[]>
/** gRPC has no use for a date. */
const responseOptions = { sendDate: false }
const withTrailers = { ...responseOptions, waitForTrailers: true }
const withoutBody = { ...responseOptions, endStream: true }

interface CallLimits {
  readonly messageBytesMax: number
}

export interface CallOptions {
  readonly limits: CallLimits
  readonly metrics: Pick<Metrics, 'receivedBytes' | 'sentBytes'>
  readonly receiveBudget: ReceiveBudget
  readonly draining: AbortSignal
}

/**
 * One call on its HTTP/2 stream: messages in and out, honouring the flow control of both directions, and one status
 * at the end, whichever of answer, fault, deadline and cancellation comes first.
 */
export class ServerCall implements CallContext {
  readonly headers: CallHeaders
  readonly trailers: Record<string, string> = {}
  readonly #stream: ServerHttp2Stream
  readonly #options: CallOptions
  readonly #deadline: NodeJS.Timeout | undefined
  /** Of the budget, for messages that are not whole; most are one chunk and need none. */
  #share: BudgetShare | undefined
  #abort: AbortController | undefined
  #stopReading: ((reason: AppError) => void) | undefined
  #reason: AppError | undefined
  #outcome: ErrorCode | 'ok' | undefined

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: CallOptions) {
    this.#stream = stream
    this.#options = options
    this.headers = readCallHeaders(headers)
    const { timeoutMs } = this.headers
    const expire = () => this.abort(new AppError('deadline_exceeded', 'the deadline has passed'))
    if (timeoutMs <= timerMsMax) this.#deadline = setTimeout(expire, timeoutMs)
    // Emitted by every end of a stream that comes before that of the answer.
    stream.on('aborted', () => this.#close())
    stream.on('error', ignore)
    if (stream.closed) this.#close()
  }

  get draining(): AbortSignal {
    return this.#options.draining
  }

  /** Made when it is asked for: most calls are over before anything could stop them. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#reason !== undefined) this.#abort.abort(this.#reason)
    return this.#abort.signal
  }

  /** How the call ended; undefined before that. */
  get outcome(): ErrorCode | 'ok' | undefined {
    return this.#outcome
  }

  /** Stops the work of the call and ends it with the reason, whatever the work is waiting for. */
  abort(reason: AppError): void {
    if (this.#outcome !== undefined) return
    this.#reason = reason
    this.finish(reason)
    this.#stopReading?.(reason)
    this.#abort?.abort(reason)
  }

  /**
   * The only message of a call whose client does not stream. Read by events: most calls are unary, and iterating a
   * stream costs several times as much.
   */
  receiveOne<D extends DescMessage>(schema: D): Promise<MessageShape<D>> {
    const decoder = new FrameDecoder(this.#options.limits.messageBytesMax)
    const stream = this.#stream
    let only: Frame | undefined
    return new Promise((resolve, reject) => {
      this.#throwIfStopped()
      this.#stopReading = reject
      stream.on('data', (chunk: Buffer) => {
        this.#options.metrics.receivedBytes.inc(chunk.length)
        // What comes after the end of the call is not kept.
        if (this.#outcome !== undefined) return
        try {
          decoder.push(chunk)
          for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
            if (only !== undefined) throw new AppError('invalid_argument', 'there is more than one message')
            only = frame
          }
          this.#hold(decoder.heldBytes)
        } catch (error) {
          reject(error)
        }
      })
      stream.on('end', () => {
        try {
          this.#throwIfStopped()
          if (decoder.heldBytes > 0) throw partialMessage()
          if (only === undefined) throw new AppError('invalid_argument', 'there is no message')
          resolve(this.#decode(schema, only))
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /** The messages that the client sends; reading on lets it send on. Throws when the call is aborted. */
  async *receive<D extends DescMessage>(schema: D): AsyncGenerator<MessageShape<D>> {
    const decoder = new FrameDecoder(this.#options.limits.messageBytesMax)
    try {
      for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
        this.#options.metrics.receivedBytes.inc(chunk.length)
        decoder.push(chunk)
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next())
          yield await this.#decode(schema, frame)
        this.#hold(decoder.heldBytes)
      }
    } catch (error) {
      throw this.#reason ?? error
    } finally {
      this.#share?.hold(0)
      this.#discardTheRest()
    }
    this.#throwIfStopped()
    if (decoder.heldBytes > 0) throw partialMessage()
  }

  /** @throws AppError unavailable, where all calls together would hold too much */
  #hold(bytes: number): void {
    if (bytes > 0) this.#share ??= this.#options.receiveBudget.open()
    this.#share?.hold(bytes)
  }

  /** A stream that was reset or lost ends like one whose client has sent all; it must not pass for that. */
  #throwIfStopped(): void {
    if (this.#stream.closed || this.#stream.destroyed) this.#close()
    if (this.#reason !== undefined) throw this.#reason
  }

  #decode<D extends DescMessage>(
    schema: D,
    { compressed, payload }: Frame,
  ): MessageShape<D> | Promise<MessageShape<D>> {
    if (!compressed) return decode(schema, payload)
    if (this.headers.encoding !== 'gzip')
      throw new AppError('invalid_argument', 'a message is compressed, and grpc-encoding does not say how')
    return decompress(payload, this.#options.limits.messageBytesMax).then((bytes) => decode(schema, bytes))
  }

  /** Resolves when there is room for the next message. */
  async send(message: Uint8Array): Promise<void> {
    const isGzip = this.headers.encoding === 'gzip'
    const frame = isGzip ? await encodeGzipFrame(message) : encodeFrame(message)
    this.#throwIfStopped()
    this.#options.metrics.sentBytes.inc(frame.length)
    if (this.#respond().write(frame)) return
    try {
      await once(this.#stream, 'drain', { signal: this.signal })
    } catch (error) {
      throw this.#reason ?? error
    }
  }

  /** Sends the only message of an answer and ends the call with OK. */
  sendOnly(message: Uint8Array): void | Promise<void> {
    const end = (frame: Buffer) => {
      this.#throwIfStopped()
      this.#options.metrics.sentBytes.inc(frame.length)
      this.#end(undefined, frame)
    }
    return this.headers.encoding === 'gzip' ? encodeGzipFrame(message).then(end) : end(encodeFrame(message))
  }

  /** Ends the call with OK, or with the status of an error. Where it has ended, nothing happens. */
  finish(error?: AppError): void {
    this.#end(error)
  }

  #end(error: AppError | undefined, onlyFrame?: Buffer): void {
    if (this.#outcome !== undefined) return
    this.#outcome = error?.code ?? 'ok'
    clearTimeout(this.#deadline)
    this.#share?.hold(0)
    const stream = this.#stream
    if (stream.closed || stream.destroyed) {
      this.#discardTheRest()
      return
    }
    const status = this.trailers
    setStatus(status, this.headers.requestId, error)
    if (error !== undefined && !stream.headersSent) {
      stream.respond({ ':status': 200, 'content-type': contentType, ...status }, withoutBody)
      this.#refuseTheRest()
      return
    }
    stream.on('wantTrailers', () => {
      stream.sendTrailers(status)
      this.#refuseTheRest()
    })
    this.#respond().end(onlyFrame)
    // A client that does not read would keep what is not sent yet for ever, and its deadline has passed.
    if (error?.code === 'deadline_exceeded' && stream.writableLength > 0)
      stream.close(constants.NGHTTP2_CANCEL)
  }

  /** A stream with bytes that nobody reads would never go away. */
  #discardTheRest(): void {
    this.#stream.resume()
  }

  /** Once the answer is whole, the client may stop to send (RFC 9113, 8.1). */
  #refuseTheRest(): void {
    this.#discardTheRest()
    if (!this.#stream.readableEnded) setImmediate(() => this.#stream.close(constants.NGHTTP2_NO_ERROR))
  }

  #respond(): ServerHttp2Stream {
    const stream = this.#stream
    if (!stream.headersSent) stream.respond(responseHeaders[this.headers.encoding], withTrailers)
    return stream
  }

  #close(): void {
    if (this.#outcome === undefined) this.abort(new AppError('cancelled', 'the client cancelled the call'))
  }
}

/** What fails a stream closes it, and a peer that goes away is no fault of the server. */
function ignore(): void {}

function partialMessage(): AppError {
  return new AppError('invalid_argument', 'the last message is not whole')
}

function decode<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(schema, bytes)
  } catch {
    throw new AppError('invalid_argument', `a message is not a valid ${schema.typeName}`)
  }
}

function setStatus(trailers: Record<string, string>, requestId: string, error: AppError | undefined): void {
  trailers['grpc-status'] = error === undefined ? '0' : String(statusOf[error.code])
  if (error !== undefined) {
    trailers['grpc-message'] = encodeStatusMessage(error.message)
    trailers['grpc-status-details-bin'] = encodeStatusDetails(error, requestId)
  }
  trailers['x-request-id'] = requestId
}
