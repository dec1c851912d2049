import { connect, type Socket } from 'node:net'
import { abortError, connectionError } from '../core/call-options.ts'
import type { LabError } from '../core/lab-error.ts'

/** How long a connection may be silent before the peer is asked whether it is still there, in ms (RFC 9293, 3.8.4). */
const keepAliveMs = 15_000

/** A TCP connection that is read chunk by chunk; each of its faults is a LabError. */
export class ByteStream implements AsyncDisposable {
  readonly #socket: Socket
  readonly #address: string
  readonly #closed = Promise.withResolvers<void>()
  readonly #chunks: AsyncIterator<Buffer>
  #fault: LabError | undefined
  #room: Promise<void> | undefined

  private constructor(socket: Socket, address: string) {
    this.#socket = socket
    this.#address = address
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#closed.resolve())
    this.#chunks = socket.iterator({ destroyOnReturn: false })
  }

  /**
   * Connects.
   * @throws LabError `unavailable`, or that of the signal, which ends the attempt only
   */
  static async open(host: string, port: number, signal: AbortSignal): Promise<ByteStream> {
    if (signal.aborted) throw abortError(signal)
    const socket = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    })
    const stream = new ByteStream(socket, `${host}:${port}`)
    const abort = () => stream.destroy(abortError(signal))
    signal.addEventListener('abort', abort, { once: true })
    await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), stream.#closed.promise])
    signal.removeEventListener('abort', abort)
    if (socket.destroyed) throw stream.#error()
    return stream
  }

  /** Resolves when there is room for more. @throws LabError */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed) throw this.#error()
    if (this.#socket.write(bytes)) return
    this.#room ??= this.#untilRoom().finally(() => {
      this.#room = undefined
    })
    await this.#room
    if (this.#socket.destroyed) throw this.#error()
  }

  /** Half-closes: nothing more is sent, answers still arrive. */
  end(): void {
    this.#socket.end()
  }

  /** The next bytes; undefined after the server's FIN. One read at a time. @throws LabError */
  async read(): Promise<Uint8Array | undefined> {
    try {
      const { value, done } = await this.#chunks.next()
      if (!done) return value
    } catch (error) {
      this.#fail(error)
    }
    if (this.#fault !== undefined) throw this.#fault
    return undefined
  }

  /** Closes at once; whoever reads or writes gets the error. */
  destroy(error?: LabError): void {
    this.#fault ??= error
    this.#socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
    await this.#closed.promise
  }

  async #untilRoom(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#socket.once('drain', resolve)
    await Promise.race([promise, this.#closed.promise])
    this.#socket.off('drain', resolve)
  }

  #fail(error: unknown): void {
    this.#fault ??= connectionError(this.#address, error)
  }

  #error(): LabError {
    return this.#fault ?? connectionError(this.#address, 'the connection is closed')
  }
}
