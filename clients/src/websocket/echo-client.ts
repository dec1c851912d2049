import { repliesPerMessage } from '@polyservice-lab/contracts/ws-echo'
import { type CallOptions, type ClientOptions, callSignal } from '../core/call-options.ts'
import { type EchoReply, type EchoSession, WebSocketEchoSession } from './echo-session.ts'
import { openWebSocket } from './open-web-socket.ts'

export interface EchoClientOptions extends ClientOptions {
  /** The Origin header of the handshake, for a server that lets certain web pages in only. Default: none. */
  readonly origin?: string | undefined
  /** Offers permessage-deflate (RFC 7692). Default: false. */
  readonly compression?: boolean | undefined
}

/**
 * Speaks to ws-echo (contracts/ws-echo/PROTOCOL.md). It throws LabErrors only; their `status` is a close code, or the
 * HTTP status of a handshake that was refused.
 */
export interface EchoClient {
  /** Sends one message over a connection of its own and returns its five replies: strings to a string. */
  echo(message: string, call?: CallOptions): Promise<readonly string[]>
  /** The same in binary: bytes to bytes. */
  echo(message: Uint8Array, call?: CallOptions): Promise<readonly Uint8Array[]>
  /** Opens a connection that stays. The timeout holds for the opening; the signal ends the session as well. */
  connect(call?: CallOptions): Promise<EchoSession>
}

export function createEchoClient(options: EchoClientOptions = {}): EchoClient {
  const { host = '127.0.0.1', port = 8765, onWire } = options
  const address = `${host}:${port}`

  /** @param opening ends the handshake, @param signal the session */
  async function open(opening: AbortSignal, signal: AbortSignal | undefined): Promise<EchoSession> {
    const start = { address, origin: options.origin, compression: options.compression ?? false, onWire }
    return openWebSocket(
      start,
      opening,
      (socket) => new WebSocketEchoSession(socket, { address, signal, onWire }),
    )
  }

  function echo(message: string, call?: CallOptions): Promise<readonly string[]>
  function echo(message: Uint8Array, call?: CallOptions): Promise<readonly Uint8Array[]>
  async function echo(message: string | Uint8Array, call?: CallOptions): Promise<readonly EchoReply[]> {
    const signal = callSignal(options, call)
    await using session = await open(signal, signal)
    await session.send(message)
    const replies: EchoReply[] = []
    for await (const reply of session.replies) {
      if (replies.push(reply) === repliesPerMessage) break
    }
    return replies
  }

  return {
    echo,
    connect: (call = {}) => {
      const signals = [options.signal, call.signal].filter((signal) => signal !== undefined)
      return open(callSignal(options, call), signals.length === 0 ? undefined : AbortSignal.any(signals))
    },
  }
}
