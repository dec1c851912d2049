import type { CallOptions } from '../core/call-options.ts'

export interface HistoryMessage {
  /** Its number in the one order of all messages, from 1. */
  readonly sequence: bigint
  readonly message: string
}

export interface ReadRange {
  /** The first message, from 1. Default: 1. */
  readonly from?: bigint | undefined
  /** The most messages to read. Default: all. */
  readonly limit?: number | undefined
}

/**
 * A connection in framed mode. Calls may be made without waiting for those before; their answers come in their order.
 * So a loop over messages holds up the answers behind them: it must go on, or be left. Disposing half-closes.
 */
export interface HistorySession extends AsyncDisposable {
  /** Appends a message. @returns its sequence number */
  append(message: string, call?: CallOptions): Promise<bigint>
  /** The messages that are there now. The deadline of the call is that of the whole read. */
  read(range?: ReadRange, call?: CallOptions): AsyncIterableIterator<HistoryMessage>
  /**
   * The messages from one on, then each new one as it arrives, until the loop is left. A session that follows can
   * append, but not read or follow once more. It has no deadline, unless the call names one.
   */
  follow(range?: Pick<ReadRange, 'from'>, call?: CallOptions): AsyncIterableIterator<HistoryMessage>
}
