import type { EventEmitter } from 'node:events'
import { type Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import { abortError, refusedText } from '../core/call-options.ts'
import type { Tell } from '../core/wire.ts'
import { describeMetadata, describeStatus } from './describe-call.ts'
import { statusError } from './grpc-errors.ts'

interface Call extends EventEmitter {
  cancel(): void
}

interface WritableCall<T> extends Call {
  write(message: T): boolean
  end(): void
}

export type ReadableCall<T> = Call & AsyncIterable<T>

/** Follows one call to its end, and ends it early when its signal says so. */
export class CallWatch {
  readonly #address: string
  readonly #signal: AbortSignal
  readonly #tell: Tell | undefined
  #wake: (() => void) | undefined
  #status: StatusObject | undefined
  #failure: { readonly cause: unknown } | undefined
  readonly #keepAlive: (cut: (error: unknown) => void) => () => void

  /** @param keepAlive asks the server whether it is there, until what it returns is called */
  constructor(
    address: string,
    signal: AbortSignal,
    tell: Tell | undefined,
    keepAlive: (cut: (error: unknown) => void) => () => void,
  ) {
    this.#address = address
    this.#signal = signal
    this.#tell = tell
    this.#keepAlive = keepAlive
  }

  follow<C extends Call>(call: C): C {
    const cancel = () => call.cancel()
    this.#signal.addEventListener('abort', cancel, { once: true })
    const stop = this.#keepAlive((cause) => {
      this.#failure = { cause }
      cancel()
    })
    call.on('metadata', (metadata: Metadata) =>
      this.#tell?.({ direction: 'received', text: describeMetadata(metadata) }),
    )
    call.on('status', (ended: StatusObject) => {
      this.#status = ended
      stop()
      this.#signal.removeEventListener('abort', cancel)
      this.#tell?.({ direction: 'received', text: describeStatus(ended), status: status[ended.code] })
      this.#wake?.()
    })
    // The error is told by the answer or by the iteration; a call that nobody reads must not end the process.
    call.on('error', () => {})
    if (this.#signal.aborted) cancel()
    return call
  }

  trailer(name: string): string | undefined {
    return this.#status?.metadata.get(name)[0]?.toString()
  }

  /** What the caller is to be told of an error of grpc-js. */
  error(error: ServiceError): unknown {
    if (this.#failure !== undefined) return this.#failure.cause
    if (this.#isAborted(error)) return abortError(this.#signal)
    // grpc-js puts the error of the socket into words only.
    const isRefused = error.code === status.UNAVAILABLE && error.details.includes('ECONNREFUSED')
    return statusError(isRefused ? { ...error, details: refusedText(this.#address) } : error, error)
  }

  #isAborted(error: ServiceError): boolean {
    return this.#signal.aborted && error.code === status.CANCELLED
  }

  async *read<T>(call: ReadableCall<T>): AsyncGenerator<T> {
    try {
      yield* call
    } catch (error) {
      throw this.error(error as ServiceError)
    } finally {
      if (this.#status === undefined) call.cancel()
    }
  }

  /** Sends what there is to send as fast as the server takes it. A failure of the source cancels the call. */
  async write<T>(call: WritableCall<T>, messages: AsyncIterable<T> | Iterable<T>): Promise<void> {
    try {
      for await (const message of messages) {
        if (this.#status !== undefined) return
        if (!call.write(message)) await this.#drained(call)
      }
      call.end()
    } catch (cause) {
      this.#failure = { cause }
      call.cancel()
    }
  }

  /** Resolves when there is room for another message, or nobody to take it. */
  #drained(call: EventEmitter): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      call.once('drain', resolve)
    })
  }
}
