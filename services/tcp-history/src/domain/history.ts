import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { HistoryStore } from './history-store.ts'
import { JoinedMessages } from './joined-messages.ts'
import { checkMessage } from './message-rules.ts'

export interface HistoryLimits {
  readonly messageBytesMax: number
  /** Of the joined text. */
  readonly historyBytesMax: number
}

/** A message that is in the history. */
export interface Appended {
  /** Its number, from 1. */
  readonly sequence: number
  /** The text in which it is the last: the joined messages up to this offset. */
  readonly text: JoinedMessages
  readonly end: number
}

/**
 * The one history of messages, in one order for everybody. A message is stored before anybody sees it, so nobody ever
 * sees one that a crash takes back.
 */
export class History {
  readonly #store: HistoryStore
  readonly #limits: HistoryLimits
  readonly #growthListeners = new Set<() => void>()
  #text = new JoinedMessages()
  #pending = 0
  /** Bytes of messages that are on their way to the store, separators counted. */
  #pendingBytes = 0
  #growthToTell = false

  constructor(store: HistoryStore, limits: HistoryLimits) {
    this.#store = store
    this.#limits = limits
  }

  /** What there is to read. After a reset it is another one. */
  get text(): JoinedMessages {
    return this.#text
  }

  /** Number of messages that are on their way to the store. */
  get pending(): number {
    return this.#pending
  }

  /** @throws AppError `resource_exhausted` where the store keeps more than the limit */
  async open(): Promise<void> {
    await this.#store.open((message) => {
      this.#checkRoom(message)
      this.#text.append(message)
    })
  }

  /**
   * Appends a message, whose bytes must not change from now on; calls take effect in their order.
   * @throws AppError with the reason `empty`, `too_long`, `newline`, `not_utf8` or `history_full`
   */
  async append(message: Uint8Array): Promise<Appended> {
    checkMessage(message, this.#limits.messageBytesMax)
    this.#checkRoom(message)
    const text = this.#text
    this.#pending++
    this.#pendingBytes += message.length + 1
    try {
      await this.#store.append(message)
    } finally {
      this.#pending--
      this.#pendingBytes -= message.length + 1
    }
    text.append(message)
    this.#tellGrowth()
    return { sequence: text.count, text, end: text.bytes }
  }

  /** Calls `listener` whenever there is more to read, once for all messages that were stored together. */
  onGrowth(listener: () => void): () => void {
    this.#growthListeners.add(listener)
    return () => this.#growthListeners.delete(listener)
  }

  async reset(): Promise<void> {
    // At once, so that what is appended from now on belongs to the new history, as it does in the store.
    this.#text = new JoinedMessages()
    await this.#store.clear()
  }

  #checkRoom(message: Uint8Array): void {
    const usedBytes = (this.#text.count === 0 ? 0 : this.#text.bytes + 1) + this.#pendingBytes
    const { historyBytesMax } = this.#limits
    if (usedBytes + message.length > historyBytesMax)
      throw new AppError('resource_exhausted', `the history has at most ${historyBytesMax} bytes`, {
        reason: 'history_full',
      })
  }

  #tellGrowth(): void {
    if (this.#growthToTell) return
    this.#growthToTell = true
    queueMicrotask(() => {
      this.#growthToTell = false
      for (const listener of this.#growthListeners) listener()
    })
  }
}
