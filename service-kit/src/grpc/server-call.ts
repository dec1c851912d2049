import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import {
  Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import { decodeMessage } from '@polyservice-lab/contracts/grpc'
import { AppError } from '../app-error.ts'
import type { BudgetShare, ReceiveBudget } from '../receive-budget.ts'
import type { ServiceDeps } from '../run-service.ts'
import { pieceBytes, type SendBudget, type Waiting } from '../send-budget.ts'
import type { Work } from '../work.ts'
import {
  acceptedEncodings,
  decompress,
  messageTooLong,
  readEncoding,
  readRequestId,
  readTimeout,
} from './call-headers.ts'
import { ReceivedFrames } from './received-frames.ts'
import type { ToWire } from './status.ts'
import { refuseTheRest, respond } from './stream-status.ts'

/** The longest delay that a timer can take; a deadline beyond it is none. */
const timerMsMax = 2 ** 31 - 1
/** What a call may hold of what has come before it counts against the budget of all. */
const uncountedBytes = 768
/** Bytes of answers that may wait for the reader of one call before its handler has to, where nothing else is said. */
const bufferBytesDefault = 16_384

/** What grpc-js gives to a handler, of whichever kind; messages are bytes. */
export type GrpcCall = ServerUnaryCall<Buffer, Buffer> & ServerDuplexStream<Buffer, Buffer>

/** What all calls of a server share. */
export interface CallOptions {
  readonly limits: {
    readonly messageBytesMax: number
    readonly receiveBytesMax: number
    readonly sendTimeoutMs: number
    readonly requestTimeoutMs: number
    readonly bufferBytesMax?: number
  }
  readonly deps: ServiceDeps
  readonly toWire: ToWire
  readonly receiveBudget: ReceiveBudget
  readonly sendBudget: SendBudget
  /** Aborted when the server begins to drain. */
  readonly draining: AbortSignal
}

/** What a handler knows of the call that it answers. */
export interface CallContext extends Work {
  /** Aborted with an AppError when the call is cancelled, runs out of time or is cut off by the end of a drain. */
  readonly signal: AbortSignal
  /** Aborted when the server begins to drain: what has no end of its own ends then. */
  readonly draining: AbortSignal
  /** What the client sent as `authorization`. */
  readonly authorization: string | undefined
  /** Goes out with the status. */
  readonly trailers: Metadata
  /** Tells the client of a stream that the call is accepted; without it, the first message does. */
  sendInitialMetadata(): void
}

/**
 * One call, from its HTTP/2 stream: what it holds in memory, its deadline, and its one end, whichever of answer, fault,
 * deadline and cancellation comes first. The statuses that grpc-js makes by itself bear no request id and no details,
 * and wait for ever behind answers that nobody reads; so deadlines, sizes and encodings are seen to here.
 */
export class ServerCall implements CallContext, Waiting {
  readonly requestId: string
  readonly trailers = new Metadata()
  readonly draining: AbortSignal
  authorization: string | undefined
  readonly #stream: ServerHttp2Stream
  readonly #operation: string
  readonly #options: CallOptions
  readonly #startedAt = performance.now()
  readonly #frames = new ReceivedFrames()
  #encoding = 'identity'
  #received: BudgetShare | undefined
  /** When the last message that is whole came. */
  #messageAt = this.#startedAt
  #deadline: NodeJS.Timeout | undefined
  #abort: AbortController | undefined
  #reason: AppError | undefined
  #grpc: GrpcCall | undefined
  #callback: sendUnaryData<Buffer> | undefined
  #outcome: ErrorCode | 'ok' | undefined
  #status = 0
  #unsentBytes = 0
  /** When it last made progress towards its reader. */
  #progressAt = 0
  #room: PromiseWithResolvers<void> | undefined

  constructor(stream: ServerHttp2Stream, requestId: unknown, operation: string, options: CallOptions) {
    this.#stream = stream
    this.requestId = readRequestId(requestId as string)
    this.#operation = operation
    this.#options = options
    this.draining = options.draining
    options.deps.metrics.inFlight.inc()
  }

  get isEnded(): boolean {
    return this.#outcome !== undefined
  }

  /** Made when it is asked for: most calls are over before anything could stop them. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#reason !== undefined) this.#abort.abort(this.#reason)
    return this.#abort.signal
  }

  /** Reads what the headers say beside the id. @throws AppError where they are wrong */
  begin(headers: IncomingHttpHeaders): void {
    this.authorization = headers.authorization
    this.#encoding = readEncoding(headers)
    const timeoutMs = readTimeout(headers)
    if (timeoutMs > timerMsMax) return
    const expire = () => this.fail(new AppError('deadline_exceeded', 'the deadline has passed'))
    this.#deadline = setTimeout(expire, timeoutMs)
  }

  /** Counts a chunk that has come, and ends the call where it is too much. */
  receive(chunk: Buffer): void {
    this.#options.deps.metrics.receivedBytes.inc(chunk.length)
    if (this.isEnded) return
    const { messageBytesMax, receiveBytesMax } = this.#options.limits
    try {
      if (!this.#frames.push(chunk, messageBytesMax)) throw messageTooLong(messageBytesMax)
      if (!this.#frames.isPart) this.#messageAt = performance.now()
      // The budget never refuses the only one, and there is no end of frames of one byte.
      if (this.#frames.cost > receiveBytesMax + messageBytesMax)
        throw new AppError('resource_exhausted', 'a message comes in too many pieces')
      // Most calls are one small message, and their number is bounded.
      if (this.#frames.cost > uncountedBytes) this.#received ??= this.#options.receiveBudget.open()
      this.#received?.hold(this.#frames.cost)
    } catch (error) {
      this.fail(error)
    }
  }

  /** A handler answers from here on. @param callback that of grpc-js, where there is one answer at most */
  handle(grpc: GrpcCall, callback: sendUnaryData<Buffer> | undefined): void {
    this.#grpc = grpc
    this.#callback = callback
  }

  sendInitialMetadata(): void {
    if (!this.isEnded) this.#grpc?.sendMetadata(new Metadata())
  }

  /**
   * Takes a message that has come. It is decompressed at once, one at a time: those that wait would be without bound.
   * @throws AppError where it is none
   */
  take<D extends DescMessage>(schema: D, message: Buffer): MessageShape<D> {
    const flag = this.#frames.take(message.length)
    this.#received?.hold(this.#frames.cost)
    const { messageBytesMax } = this.#options.limits
    const bytes = flag === 0 ? message : decompress(message, flag, this.#encoding, messageBytesMax)
    try {
      return decodeMessage(schema, bytes)
    } catch {
      throw new AppError('invalid_argument', `a message is not a valid ${schema.typeName}`)
    }
  }

  /** The messages that the client sends; reading on lets it send on. Throws when the call has ended. */
  async *messages<D extends DescMessage>(schema: D, grpc: GrpcCall): AsyncGenerator<MessageShape<D>> {
    try {
      for await (const message of grpc.iterator({ destroyOnReturn: false })) yield this.take(schema, message)
    } catch (error) {
      throw this.#reason ?? error
    }
    this.#throwIfStopped()
    if (this.#frames.isPart) throw new AppError('invalid_argument', 'the last message is not whole')
  }

  /** A stream that was reset or lost ends like one whose client has sent all; it must not pass for that. */
  #throwIfStopped(): void {
    if (this.#stream.closed || this.#stream.destroyed) this.#cancel()
    if (this.#reason !== undefined) throw this.#reason
  }

  /** Sends one answer of many; resolves when there is room for another. @throws what ended the call */
  async send(answer: Buffer): Promise<void> {
    this.#throwIfStopped()
    const { bufferBytesMax = bufferBytesDefault } = this.#options.limits
    const cost = this.#sending(answer)
    this.#grpc?.write(answer, () => {
      this.#wait(this.#unsentBytes - cost)
      if (this.#unsentBytes < bufferBytesMax) this.#room?.resolve()
    })
    if (this.#unsentBytes < bufferBytesMax) return
    this.#room = Promise.withResolvers()
    await this.#room.promise
  }

  /** Ends the call with OK, after the answer where there is only one. */
  succeed(answer?: Buffer): void {
    this.#throwIfStopped()
    this.#finish('ok', status.OK)
    this.trailers.set('x-request-id', this.requestId)
    if (answer === undefined) this.#grpc?.end(this.trailers)
    else {
      this.#sending(answer)
      this.#callback?.(null, answer, this.trailers)
    }
  }

  #sending(answer: Buffer): number {
    const cost = answer.length + pieceBytes
    this.#options.deps.metrics.sentBytes.inc(answer.length)
    this.#wait(this.#unsentBytes + cost)
    return cost
  }

  /** So many bytes wait for the client now. */
  #wait(bytes: number): void {
    if (this.#unsentBytes === 0 || bytes < this.#unsentBytes) this.#progressAt = performance.now()
    this.#unsentBytes = bytes
    this.#options.sendBudget.hold(this, bytes)
  }

  /** Stops the work of the call and ends it with the status of an error. Where it has ended, nothing happens. */
  fail(error: unknown): void {
    if (this.isEnded) return
    const told = this.#tell(error)
    const wire = this.#options.toWire(told, this.requestId)
    this.#finish(told.code, wire.code)
    this.#stop(told)
    wire.metadata.set('x-request-id', this.requestId)
    if (told.code === 'unimplemented') wire.metadata.set('grpc-accept-encoding', acceptedEncodings)
    if (this.#grpc === undefined) respond(this.#stream, wire)
    else if (this.#callback === undefined) this.#grpc.emit('error', wire)
    else this.#callback(wire)
    // What is not sent yet would keep the status back for ever, where nobody reads it.
    if (this.#unsentBytes > 0 && told.code === 'deadline_exceeded')
      this.#stream.close(constants.NGHTTP2_CANCEL)
    else refuseTheRest(this.#stream)
  }

  /** What the caller may see of an error: itself, or that there was one. */
  #tell(error: unknown): AppError {
    const told = error instanceof AppError ? error : new AppError('internal', 'internal error')
    const { requestId } = this
    if (told !== error || told.code === 'insufficient_storage')
      this.#options.deps.logger.error({ err: error, requestId, operation: this.#operation }, 'call failed')
    return told
  }

  #finish(outcome: ErrorCode | 'ok', code: number): void {
    this.#outcome = outcome
    this.#status = code
    this.#progressAt = performance.now()
    clearTimeout(this.#deadline)
  }

  #stop(reason: AppError): void {
    this.#reason = reason
    this.#abort?.abort(reason)
    this.#room?.reject(reason)
  }

  #cancel(): void {
    if (this.isEnded) return
    this.#finish('cancelled', status.CANCELLED)
    this.#stop(new AppError('cancelled', 'the client cancelled the call'))
  }

  /** Ends a call whose client does not go on with it. */
  sweep(now: number): void {
    const { requestTimeoutMs, sendTimeoutMs } = this.#options.limits
    const isRequestPart = !this.isEnded && (this.#grpc === undefined || this.#frames.isPart)
    if (isRequestPart && now - this.#messageAt > requestTimeoutMs)
      this.fail(new AppError('deadline_exceeded', 'the rest of a message did not come'))
    if (now - this.#progressAt <= sendTimeoutMs) return
    if (this.#unsentBytes > 0) this.cutOff('the answer is not read')
    else if (this.isEnded) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  /** Ends a call whose client does not read: for a status there is no room before it. */
  cutOff(why: string): void {
    this.fail(new AppError('resource_exhausted', why))
    this.#finish('resource_exhausted', status.RESOURCE_EXHAUSTED)
    this.#stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  /** The stream has closed: nothing is held any more, and the call is counted. */
  closed(): void {
    const { sentHeaders } = this.#stream
    // What grpc-js says by itself: to what is not gRPC, and to no message or two where one is due.
    if (sentHeaders?.[':status'] === 415) this.#finish('invalid_argument', 415)
    else if (!this.isEnded && sentHeaders?.['grpc-status'] === status.UNIMPLEMENTED)
      this.#finish('unimplemented', status.UNIMPLEMENTED)
    else this.#cancel()
    this.#received?.hold(0)
    this.#options.sendBudget.hold(this, 0)
    const { access, metrics } = this.#options.deps
    metrics.inFlight.dec()
    const { requestId } = this
    const durationMs = performance.now() - this.#startedAt
    const outcome = this.#outcome ?? 'internal'
    access({ requestId, operation: this.#operation, outcome, status: this.#status, durationMs })
  }
}
