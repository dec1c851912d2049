import type { Direction, Protocol } from './fault.ts'
import { HistoryFraming } from './history-framing.ts'
import { Http2Framing } from './http2-framing.ts'
import { WebSocketFraming } from './websocket-framing.ts'

/** A piece of a connection that passes as a whole: a frame, or bytes that nobody can tell apart. */
export interface Unit {
  readonly bytes: Uint8Array
  /** What it is, for the log. */
  readonly name: string
  /** Whether it counts as a message; prefaces, handshakes and control frames do not. */
  readonly isMessage: boolean
  /** The stream of an HTTP/2 frame. */
  readonly stream?: number
}

/** Cuts the bytes of one connection into units, each way. */
export interface Framing {
  /** @throws FramingError for bytes that are not of the protocol */
  push(direction: Direction, chunk: Uint8Array): Unit[]
}

const chunks: Framing = {
  push: (_direction, bytes) => [{ bytes, name: 'chunk', isMessage: true }],
}

/** A framing for one connection. */
export function createFraming(protocol: Protocol): Framing {
  switch (protocol) {
    case 'tcp':
      return chunks
    case 'history':
      return new HistoryFraming()
    case 'websocket':
      return new WebSocketFraming()
    case 'http2':
      return new Http2Framing()
  }
}
