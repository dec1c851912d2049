import { encodeAnswer, messagesFrameOverhead } from '@polyservice-lab/contracts/tcp-history'
import type { JoinedMessages, Position } from '../domain/joined-messages.ts'
import type { Connection } from './connection.ts'

/** Of one MESSAGES frame, unless its one message is longer. */
export const frameBytesAim = 65_536

/** The MESSAGES frame for what follows a position, and the position after it. */
export interface MessagesFrame {
  readonly bytes: Uint8Array
  readonly next: Position
}

export type FrameMaker = (text: JoinedMessages, from: Position) => MessagesFrame

export function messagesFrame(text: JoinedMessages, from: Position, last: number): MessagesFrame {
  const { frameBytes, messageBytes } = messagesFrameOverhead
  const { messages, next } = text.batch(from, last, frameBytesAim - frameBytes, messageBytes)
  return { bytes: encodeAnswer({ type: 'messages', first: BigInt(from.sequence), messages }), next }
}

/** Makes each frame once for all followers that are at the same place, which is most of them most of the time. */
export function createSharedFrames(): FrameMaker {
  const latest = new WeakMap<JoinedMessages, { from: number; last: number; frame: MessagesFrame }>()
  return (text, from) => {
    const made = latest.get(text)
    if (made?.from === from.sequence && made.last === text.count) return made.frame
    const frame = messagesFrame(text, from, text.count)
    latest.set(text, { from: from.sequence, last: text.count, frame })
    return frame
  }
}

/** Sends the history from a position on, then every message that is added, as fast as its client takes them. */
export class Follower {
  readonly #connection: Connection
  readonly #text: JoinedMessages
  readonly #frame: FrameMaker
  #position: Position
  #sending: Promise<void> | undefined

  constructor(connection: Connection, text: JoinedMessages, from: number, frame: FrameMaker) {
    this.#connection = connection
    this.#text = text
    this.#frame = frame
    this.#position = text.positionOf(from)
  }

  /** Sends what there is. A follower that is behind goes on by itself. */
  wake(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    // Whoever serves the connection learns that it is closed.
    this.#sending.catch(() => undefined)
  }

  /** Resolves when all that was there at the time of the call is sent, or cannot be sent any more. */
  async finish(): Promise<void> {
    this.wake()
    await this.#sending?.catch(() => undefined)
  }

  async #sendAll(): Promise<void> {
    while (this.#position.sequence <= this.#text.count) {
      await this.#connection.turnToSend(frameBytesAim)
      const { bytes, next } = this.#frame(this.#text, this.#position)
      this.#position = next
      await this.#connection.send(bytes)
    }
  }
}
