import { type ServerOptions, WebSocket } from 'ws'

/** Says why ws closes a connection of itself: the library sends the code alone. */
const reasons: Readonly<Record<number, (bytesMax: number) => string>> = {
  1002: () => 'a frame that RFC 6455 does not allow',
  1007: () => 'a text that is not UTF-8, or a message that cannot be inflated',
  1008: () => 'a message in too many pieces',
  1009: (bytesMax) => `a message of more than ${bytesMax} bytes`,
}

/** The WebSocket of ws, which knows what it was closed with. */
export class ServerWebSocket extends WebSocket {
  /** What this side closed with first; undefined where it did not. */
  closeCode: number | undefined
  readonly #bytesMax: number

  /** Is called by the server of ws: with null, no subprotocol, and the options of the server. */
  constructor(address: string | URL | null, ...rest: unknown[]) {
    super(...([address, ...rest] as [null]))
    this.#bytesMax = (rest[1] as ServerOptions).maxPayload ?? 0
  }

  get isOpen(): boolean {
    return this.readyState === WebSocket.OPEN
  }

  get isClosed(): boolean {
    return this.readyState === WebSocket.CLOSED
  }

  /** Whether it was closed for a limit, and not for a frame that is wrong. */
  get isLimitExceeded(): boolean {
    return this.closeCode === 1008 || this.closeCode === 1009
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.closeCode ??= code
    super.close(code, reason ?? reasons[code ?? 0]?.(this.#bytesMax))
  }
}
