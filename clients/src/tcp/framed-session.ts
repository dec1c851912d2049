import {
  type Answer,
  decodeAnswer,
  decodeErrorLine,
  decodeText,
  encodeAnswer,
  encodeRequest,
  FrameError,
  FrameParser,
  type Request,
} from '@polyservice-lab/contracts/tcp-history'
import {
  abortError,
  type CallOptions,
  type ClientOptions,
  callSignal,
  defaultKeepaliveMs,
  defaultTimeoutMs,
  streamSignal,
} from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import type { Tell } from '../core/wire.ts'
import type { ByteStream } from './byte-stream.ts'
import { describeAnswer, describeRequest } from './describe-frames.ts'
import { encodeMessage, serverError } from './history-faults.ts'
import type { HistoryMessage, HistorySession, ReadRange } from './history-session.ts'
import { MessageQueue } from './message-queue.ts'

/** Requests that wait for their answers. */
type PendingAppend = { readonly type: 'append' } & PromiseWithResolvers<bigint>
interface PendingRead {
  readonly type: 'read'
  readonly queue: MessageQueue<HistoryMessage>
}
interface PendingFollow {
  readonly type: 'follow'
  readonly queue: MessageQueue<HistoryMessage>
}
/** An empty APPEND: the protocol has no ping, and the error that answers it serves as one. */
interface Ping {
  readonly type: 'ping'
}
type Pending = PendingAppend | PendingRead | PendingFollow | Ping

/** How long a dispose waits for the server's FIN, in ms. */
const disposeTimeoutMs = 1_000
/** The first byte of a line `ERROR …`; as a part of a length field it would be far over the limit. */
const lineStart = 'E'.charCodeAt(0)
/** Errors that speak of the connection; others speak of the request whose turn it is. */
const connectionFaults: readonly string[] = ['bad_frame', 'draining', 'busy', 'timeout']
/** Errors that READ and FOLLOW can have, and APPEND cannot. */
const rangeFaults: readonly string[] = ['bad_range', 'following']

/** A session over a connection on which the preface was sent. */
export class FramedSession implements HistorySession {
  readonly #stream: ByteStream
  readonly #options: ClientOptions
  readonly #tell: Tell | undefined
  readonly #parser = new FrameParser()
  readonly #pending: Pending[] = []
  readonly #receiving: Promise<void>
  #followed: MessageQueue<HistoryMessage> | undefined
  #fault: LabError | undefined

  constructor(stream: ByteStream, options: ClientOptions, tell: Tell | undefined) {
    this.#stream = stream
    this.#tell = tell
    this.#options = options
    this.#receiving = this.#receive().catch((error: unknown) => this.#fail(error))
  }

  async append(message: string, call?: CallOptions): Promise<bigint> {
    const bytes = encodeMessage(message)
    const signal = callSignal(this.#options, call)
    if (signal.aborted) throw abortError(signal)
    const pending = { type: 'append' as const, ...Promise.withResolvers<bigint>() }
    const abort = () => pending.reject(abortError(signal))
    signal.addEventListener('abort', abort, { once: true })
    try {
      this.#send({ type: 'append', message: bytes }, pending)
      return await pending.promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  read({ from = 1n, limit = 0 }: ReadRange = {}, call?: CallOptions): AsyncIterableIterator<HistoryMessage> {
    return this.#iterate({ type: 'read', from, limit }, () => callSignal(this.#options, call))
  }

  follow(
    { from = 1n }: Pick<ReadRange, 'from'> = {},
    call: CallOptions = {},
  ): AsyncIterableIterator<HistoryMessage> {
    return this.#iterate({ type: 'follow', from }, () => streamSignal(this.#options, call))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#fault ??= new LabError('cancelled', 'the session is closed')
    // Nobody reads what still arrives, so nothing may wait for a reader.
    this.#followed?.end(this.#fault)
    for (const pending of this.#pending) if ('queue' in pending) pending.queue.end(this.#fault)
    this.#stream.end()
    const timer = setTimeout(() => this.#stream.destroy(), disposeTimeoutMs)
    await this.#receiving
    clearTimeout(timer)
    await this.#stream[Symbol.asyncDispose]()
  }

  /** Iterates over the messages of an answer; the iteration throws what is wrong with the call. */
  #iterate(
    request: Exclude<Request, { type: 'append' }>,
    signalOf: () => AbortSignal,
  ): MessageQueue<HistoryMessage> {
    let signal: AbortSignal
    try {
      signal = signalOf()
    } catch (error) {
      const failed = new MessageQueue<HistoryMessage>()
      failed.end(error)
      return failed
    }
    const abort = () => queue.end(abortError(signal))
    const queue = new MessageQueue<HistoryMessage>(() => signal.removeEventListener('abort', abort))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    else if (this.#isFollowing())
      queue.end(new LabError('failed_precondition', 'this session follows already', { status: 'following' }))
    else this.#send(request, { type: request.type, queue })
    return queue
  }

  #isFollowing(): boolean {
    return this.#followed !== undefined || this.#pending.some(({ type }) => type === 'follow')
  }

  /** Requests go out in the order of their calls; the socket keeps what the server does not take yet. */
  #send(request: Request, pending: Pending): void {
    if (this.#fault !== undefined) {
      reject(pending, this.#fault)
      return
    }
    const bytes = encodeRequest(request)
    this.#pending.push(pending)
    this.#tell?.({ direction: 'sent', text: describeRequest(request), bytes })
    this.#stream.write(bytes).catch((error: unknown) => this.#fail(error))
  }

  async #receive(): Promise<void> {
    let isFirst = true
    for (let chunk = await this.#read(); chunk !== undefined; chunk = await this.#read()) {
      if (isFirst && chunk[0] === lineStart) throw await this.#refusal(chunk)
      isFirst = false
      for (const frame of this.#parser.push(chunk)) await this.#take(decodeAnswer(frame))
    }
    throw new LabError('unavailable', 'the server closed the connection')
  }

  /** The next bytes. A server that is silent for long is asked whether it is there. */
  async #read(): Promise<Uint8Array | undefined> {
    const { keepaliveMs = defaultKeepaliveMs } = this.#options
    let late: NodeJS.Timeout | undefined
    const ask = setInterval(() => {
      if (this.#pending.length === 0 && this.#followed === undefined) return
      clearInterval(ask)
      this.#send({ type: 'append', message: new Uint8Array(0) }, { type: 'ping' })
      const error = new LabError(
        'unavailable',
        `the server has said nothing for ${keepaliveMs} ms, and no more when asked`,
      )
      late = setTimeout(() => this.#stream.destroy(error), Math.min(keepaliveMs, defaultTimeoutMs))
    }, keepaliveMs)
    try {
      return await this.#stream.read()
    } finally {
      clearInterval(ask)
      clearTimeout(late)
    }
  }

  async #refusal(start: Uint8Array): Promise<LabError> {
    const chunks = [start]
    for (let chunk = await this.#stream.read(); chunk !== undefined; chunk = await this.#stream.read())
      chunks.push(chunk)
    const line = decodeErrorLine(decodeText(Buffer.concat(chunks)))
    return line === undefined
      ? new LabError('protocol_error', 'the server does not speak HISTORY/1')
      : serverError(line.code, line.text)
  }

  async #take(answer: Answer): Promise<void> {
    this.#tell?.({
      direction: 'received',
      text: describeAnswer(answer),
      bytes: encodeAnswer(answer),
    })
    switch (answer.type) {
      case 'appended':
        return this.#next('append', answer).resolve(answer.sequence)
      case 'messages':
        return this.#messagesQueue(answer).push(messagesOf(answer))
      case 'end':
        return this.#next('read', answer).queue.end()
      case 'error':
        return this.#takeError(serverError(answer.code, answer.text), answer)
    }
  }

  #takeError(error: LabError, answer: Extract<Answer, { type: 'error' }>): void {
    if (connectionFaults.includes(answer.code)) throw error
    if (!rangeFaults.includes(answer.code)) this.#acceptFollow()
    const next = this.#pending.shift()
    if (next === undefined) throw error
    reject(next, error)
  }

  /** The request that an answer is for. A FOLLOW has none of its own: whatever else comes says that it was accepted. */
  #next<T extends Pending['type']>(type: T, answer: Answer): Extract<Pending, { type: T }> {
    this.#acceptFollow()
    const pending = this.#pending.shift()
    if (pending?.type === type) return pending as Extract<Pending, { type: T }>
    throw new FrameError(`an answer that nobody asked for: ${describeAnswer(answer)}`)
  }

  #messagesQueue(answer: Answer): MessageQueue<HistoryMessage> {
    const pending = this.#pending[0]
    if (pending?.type === 'read') return pending.queue
    this.#acceptFollow()
    if (this.#followed !== undefined) return this.#followed
    throw new FrameError(`an answer that nobody asked for: ${describeAnswer(answer)}`)
  }

  #acceptFollow(): void {
    const pending = this.#pending[0]
    if (pending?.type !== 'follow') return
    this.#pending.shift()
    this.#followed = pending.queue
  }

  #fail(error: unknown): void {
    this.#fault ??= labErrorOf(error)
    for (const pending of this.#pending.splice(0)) reject(pending, this.#fault)
    this.#followed?.end(this.#fault)
    this.#stream.destroy(this.#fault)
  }
}

function reject(pending: Pending, error: LabError): void {
  if (pending.type === 'append') pending.reject(error)
  else if (pending.type !== 'ping') pending.queue.end(error)
}

function messagesOf({ first, messages }: Extract<Answer, { type: 'messages' }>): HistoryMessage[] {
  return messages.map((message, i) => ({ sequence: first + BigInt(i), message: decodeText(message) }))
}

function labErrorOf(error: unknown): LabError {
  if (error instanceof LabError) return error
  return error instanceof FrameError
    ? new LabError('protocol_error', error.message, { cause: error })
    : new LabError('unavailable', 'the connection failed', { cause: error })
}
