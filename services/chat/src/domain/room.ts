import type { Said } from './commands.ts'

export interface HistoryLimits {
  readonly roomHistoryMessagesMax: number
  /** In UTF-8. */
  readonly roomHistoryBytesMax: number
}

/** A room as plain data. */
export interface RoomState {
  readonly id: string
  readonly epoch: string
  readonly emptySince: number
  readonly lastSeq: number
  readonly messages: readonly Said[]
}

/** The members of a room, and the newest of its messages. */
export class Room {
  readonly id: string
  readonly epoch: string
  readonly members = new Set<string>()
  /** When the last member left, in ms since 1970. */
  emptySince: number
  readonly #messages: Said[]
  readonly #byKey = new Map<string, Said>()
  readonly #limits: HistoryLimits
  #lastSeq: number
  #bytes = 0

  constructor(state: Omit<RoomState, 'lastSeq' | 'messages'> & Partial<RoomState>, limits: HistoryLimits) {
    this.id = state.id
    this.epoch = state.epoch
    this.emptySince = state.emptySince
    this.#lastSeq = state.lastSeq ?? 0
    this.#messages = [...(state.messages ?? [])]
    this.#limits = limits
    for (const message of this.#messages) this.#count(message)
  }

  get state(): RoomState {
    const { id, epoch, emptySince } = this
    return { id, epoch, emptySince, lastSeq: this.#lastSeq, messages: this.#messages }
  }

  get lastSeq(): number {
    return this.#lastSeq
  }

  /** The number of the oldest message that is kept, or would be. */
  get firstSeq(): number {
    return this.#lastSeq - this.#messages.length + 1
  }

  /** The kept message that was sent under this key. */
  ofKey(key: string): Said | undefined {
    return this.#byKey.get(key)
  }

  /** Numbers a message and keeps it; the oldest ones make room. */
  add(said: Omit<Said, 'kind' | 'room' | 'epoch' | 'seq'>): Said {
    this.#lastSeq += 1
    const message: Said = { kind: 'said', room: this.id, epoch: this.epoch, seq: this.#lastSeq, ...said }
    this.#messages.push(message)
    this.#count(message)
    const { roomHistoryMessagesMax, roomHistoryBytesMax } = this.#limits
    while (this.#messages.length > roomHistoryMessagesMax || this.#bytes > roomHistoryBytesMax) {
      if (this.#messages.length === 1) break
      this.#forgetOldest()
    }
    return message
  }

  /** The kept messages after a number, oldest first. */
  after(seq: number): readonly Said[] {
    return this.#messages.slice(Math.max(0, seq + 1 - this.firstSeq))
  }

  /** The newest kept messages before a number, oldest first. */
  before(seq: number, limit: number): readonly Said[] {
    const end = Math.min(this.#messages.length, Math.max(0, seq - this.firstSeq))
    return this.#messages.slice(Math.max(0, end - limit), end)
  }

  #count(message: Said): void {
    this.#bytes += Buffer.byteLength(message.text)
    if (message.key !== undefined) this.#byKey.set(message.key, message)
  }

  #forgetOldest(): void {
    const oldest = this.#messages.shift()
    if (oldest === undefined) return
    this.#bytes -= Buffer.byteLength(oldest.text)
    if (oldest.key !== undefined) this.#byKey.delete(oldest.key)
  }
}
