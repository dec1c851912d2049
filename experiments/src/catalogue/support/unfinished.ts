import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { encodeRequest, preface } from '@polyservice-lab/contracts/tcp-history'
import type { Address } from '@polyservice-lab/testcontainers'

/** A client of tcp-history that has sent an APPEND without its last byte, and waits. Disposing hangs up. */
export class UnfinishedMessage implements AsyncDisposable {
  readonly #socket: Socket
  readonly #last: Uint8Array
  #heard = ''

  private constructor(socket: Socket, last: Uint8Array) {
    this.#socket = socket
    this.#last = last
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      this.#heard += bytes.toString('latin1')
    })
  }

  /** Resolves when the message is on its way, or is refused. */
  static async begin({ host, port }: Address, message: Uint8Array): Promise<UnfinishedMessage> {
    const frame = encodeRequest({ type: 'append', message })
    const socket = connect(port, host)
    const unfinished = new UnfinishedMessage(socket, frame.subarray(-1))
    await once(socket, 'connect')
    socket.write(preface)
    await new Promise<void>((resolve) => socket.write(frame.subarray(0, -1), () => resolve()))
    return unfinished
  }

  /** Whether the server has told this client that it has no room for the message. */
  get isRefused(): boolean {
    return this.#heard.includes('busy')
  }

  /** Sends the last byte. Resolves with the first bytes of the answer. */
  async finish(): Promise<string> {
    const answered = once(this.#socket, 'data')
    this.#socket.write(this.#last)
    const [bytes] = await answered
    return (bytes as Buffer).toString('latin1')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
  }
}
