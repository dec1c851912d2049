export interface HeartbeatOptions {
  /** How long after a ping something must have been heard, in ms; undefined: a pong, before the next ping. */
  readonly timeoutMs: number | undefined
  /** Whether what the client says is heard. */
  readonly isListening: () => boolean
  readonly ping: () => void
  /** Ends a client of which nothing was heard. */
  readonly end: () => void
}

/** Pings one client, and ends it where nothing comes back. What a client says that is not read from is not known. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #awaitsPong = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  beat(): void {
    const { timeoutMs, isListening, ping, end } = this.#options
    if (!isListening()) return
    if (this.#awaitsPong) {
      if (timeoutMs === undefined) end()
      return
    }
    this.#awaitsPong = true
    if (timeoutMs !== undefined)
      this.#timer = setTimeout(() => {
        if (isListening()) end()
      }, timeoutMs).unref()
    ping()
  }

  /** Bytes have come. */
  read(): void {
    if (this.#options.timeoutMs !== undefined) this.answered()
  }

  /** The client is there. */
  answered(): void {
    this.#awaitsPong = false
    clearTimeout(this.#timer)
  }
}
