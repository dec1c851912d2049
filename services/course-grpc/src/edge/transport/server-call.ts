import { once } from 'node:events'
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { AppError } from '@polyservice-lab/service-kit/app-error'
import { statusOf } from '../errors.ts'
import { decompress, encodeFrame, encodeGzipFrame, type Frame, FrameDecoder } from './frames.ts'
import type { CallContext } from './handlers.ts'
import { acceptedEncodings, type CallHeaders, encodeStatusMessage, readCallHeaders } from './headers.ts'
import { encodeStatusDetails } from './status-details.ts'

/** The longest delay that a timer can take; a deadline beyond it is none. */
const timerMsMax = 2 ** 31 - 1
const contentType = 'application/grpc+proto'

export interface CallLimits {
  readonly messageBytesMax: number
}

/** The meters that a call feeds. */
export interface ByteCounters {
  received(bytes: number): void
  sent(bytes: number): void
}

/**
 * One call on its HTTP/2 stream: messages in and out, honouring the flow control of both directions, and one status
 * at the end, whichever of answer, fault, deadline and cancellation comes first.
 */
export class ServerCall implements CallContext {
  readonly headers: CallHeaders
  readonly draining: AbortSignal
  readonly trailers: Record<string, string> = {}
  readonly #stream: ServerHttp2Stream
  readonly #limits: CallLimits
  readonly #counters: ByteCounters
  readonly #deadline: NodeJS.Timeout | undefined
  #abort: AbortController | undefined
  #reason: AppError | undefined
  #outcome: ErrorCode | 'ok' | undefined

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    options: { limits: CallLimits; counters: ByteCounters; draining: AbortSignal },
  ) {
    this.#stream = stream
    this.#limits = options.limits
    this.#counters = options.counters
    this.draining = options.draining
    this.headers = readCallHeaders(headers)
    const { timeoutMs } = this.headers
    const expire = () => this.abort(new AppError('deadline_exceeded', 'the deadline has passed'))
    if (timeoutMs <= timerMsMax) this.#deadline = setTimeout(expire, timeoutMs)
    stream.on('aborted', () => this.#close())
    stream.on('close', () => this.#close())
    // What fails a stream closes it, and a peer that goes away is no fault of the server.
    stream.on('error', () => {})
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
    this.#abort?.abort(reason)
  }

  /** The only message of a call whose client does not stream. */
  async receiveOne<D extends DescMessage>(schema: D): Promise<MessageShape<D>> {
    const frame = await this.#onlyFrame()
    this.#throwIfStopped()
    return decode(schema, frame.compressed ? await this.#decompress(frame) : frame.payload)
  }

  /** By events: most calls are unary, and iterating a stream costs several times as much. */
  #onlyFrame(): Promise<Frame> {
    const decoder = new FrameDecoder(this.#limits.messageBytesMax)
    const stream = this.#stream
    let only: Frame | undefined
    return new Promise((resolve, reject) => {
      stream.on('data', (chunk: Buffer) => {
        this.#counters.received(chunk.length)
        try {
          for (const frame of decoder.push(chunk)) {
            if (only !== undefined) throw new AppError('invalid_argument', 'there is more than one message')
            only = frame
          }
        } catch (error) {
          reject(error)
        }
      })
      stream.on('end', () => {
        if (only === undefined) reject(new AppError('invalid_argument', 'there is no whole message'))
        else if (decoder.isPartial) reject(partialMessage())
        else resolve(only)
      })
      stream.on('close', () => reject(this.#reason))
    })
  }

  /** The messages that the client sends; reading on lets it send on. Throws when the call is aborted. */
  async *receive<D extends DescMessage>(schema: D): AsyncGenerator<MessageShape<D>> {
    const decoder = new FrameDecoder(this.#limits.messageBytesMax)
    try {
      for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
        this.#counters.received(chunk.length)
        for (const frame of decoder.push(chunk)) {
          yield decode(schema, frame.compressed ? await this.#decompress(frame) : frame.payload)
        }
      }
    } catch (error) {
      throw this.#reason ?? error
    } finally {
      this.#discardTheRest()
    }
    this.#throwIfStopped()
    if (decoder.isPartial) throw partialMessage()
  }

  /** A stream that was reset or lost ends like one whose client has sent all; it must not pass for that. */
  #throwIfStopped(): void {
    if (this.#stream.closed || this.#stream.destroyed) this.#close()
    if (this.#reason !== undefined) throw this.#reason
  }

  #decompress({ payload }: Frame): Promise<Buffer> {
    if (this.headers.encoding === 'gzip') return decompress(payload, this.#limits.messageBytesMax)
    throw new AppError('invalid_argument', 'a message is compressed, and grpc-encoding does not say how')
  }

  /** Resolves when there is room for the next message. */
  async send(message: Uint8Array): Promise<void> {
    const frame = await this.#encode(message)
    if (this.#respond().write(frame)) return
    try {
      await once(this.#stream, 'drain', { signal: this.signal })
    } catch (error) {
      throw this.#reason ?? error
    }
  }

  /** Sends the last or only message and ends the call with OK. */
  async sendLast(message: Uint8Array): Promise<void> {
    this.#end(undefined, await this.#encode(message))
  }

  /** Ends the call with OK, or with the status of an error. Where it has ended, nothing happens. */
  finish(error?: AppError): void {
    this.#end(error)
  }

  async #encode(message: Uint8Array): Promise<Buffer> {
    const frame = this.headers.encoding === 'gzip' ? await encodeGzipFrame(message) : encodeFrame(message)
    this.#throwIfStopped()
    this.#counters.sent(frame.length)
    return frame
  }

  #end(error: AppError | undefined, lastFrame?: Buffer): void {
    if (this.#outcome !== undefined) return
    this.#outcome = error?.code ?? 'ok'
    clearTimeout(this.#deadline)
    const stream = this.#stream
    if (stream.closed || stream.destroyed) {
      this.#discardTheRest()
      return
    }
    const status = { ...this.trailers, ...statusTrailers(this.headers.requestId, error) }
    if (error !== undefined && !stream.headersSent) {
      stream.respond({ ':status': 200, 'content-type': contentType, ...status }, { endStream: true })
      this.#refuseTheRest()
      return
    }
    stream.on('wantTrailers', () => {
      stream.sendTrailers(status)
      this.#refuseTheRest()
    })
    this.#respond().end(lastFrame)
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
    if (!this.#stream.headersSent) {
      const headers = {
        ':status': 200,
        'content-type': contentType,
        'grpc-encoding': this.headers.encoding,
        'grpc-accept-encoding': acceptedEncodings,
      }
      this.#stream.respond(headers, { waitForTrailers: true })
    }
    return this.#stream
  }

  #close(): void {
    if (this.#outcome === undefined) this.abort(new AppError('cancelled', 'the client cancelled the call'))
  }
}

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

function statusTrailers(requestId: string, error: AppError | undefined): Record<string, string> {
  if (error === undefined) return { 'grpc-status': '0', 'x-request-id': requestId }
  return {
    'grpc-status': String(statusOf[error.code]),
    'grpc-message': encodeStatusMessage(error.message),
    'grpc-status-details-bin': encodeStatusDetails(error, requestId),
    'x-request-id': requestId,
  }
}
