import { services } from '@polyservice-lab/contracts/services'
import { repliesPerMessage } from '@polyservice-lab/contracts/ws-echo'
import {
  type CallOptions,
  type ClientOptions,
  callDeadline,
  callSignal,
  hostPort,
  streamSignal,
} from '../core/call-options.ts'
import { lostPeer, withRetries } from '../core/retries.ts'
import { tellExchange } from '../core/wire.ts'
import { type EchoReply, type EchoSession, WebSocketEchoSession } from './echo-session.ts'
import { openWebSocket } from './open-web-socket.ts'
import { ReconnectingEchoSession } from './reconnecting-session.ts'

export interface EchoClientOptions extends ClientOptions {
  /** The Origin header of the handshake, for a server that lets certain web pages in only. Default: none. */
  readonly origin?: string | undefined
  /** Offers permessage-deflate (RFC 7692). Default: false. */
  readonly compression?: boolean | undefined
  /** How long a server may be silent, pings not answered either, before its connection counts as lost. Default: 20000. */
  readonly keepaliveMs?: number | undefined
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
  /**
   * Opens a connection that stays. The timeout holds for the opening; the signal ends the session as well. With
   * `retries`, a lost connection is made again when the session is used, and every message still gets its replies once.
   */
  connect(call?: CallOptions): Promise<EchoSession>
}

/**
 * @example
 * console.log(await createEchoClient().echo('hello'))
 */
export function createEchoClient(options: EchoClientOptions = {}): EchoClient {
  const { host = '127.0.0.1', port = services['ws-echo'].port, keepaliveMs = 20_000 } = options
  const address = hostPort(host, port)

  /** @param opening ends the handshake, @param signal the session */
  async function open(opening: AbortSignal, signal: AbortSignal, call?: CallOptions): Promise<EchoSession> {
    const tell = tellExchange(options.onWire, 'websocket')
    const start = { address, origin: options.origin, compression: options.compression ?? false, tell }
    const connect = (ending: AbortSignal) =>
      openWebSocket(
        start,
        ending,
        (socket) => new WebSocketEchoSession(socket, { address, signal, keepaliveMs, tell }),
      )
    const { retries } = options
    const context = { retries, signal: opening, tell, deadline: callDeadline(options, call) }
    const session = await withRetries(() => connect(opening), lostPeer, context)
    if (!retries) return session
    const again = (closing: AbortSignal) => connect(callSignal({ ...options, signal }, { signal: closing }))
    return new ReconnectingEchoSession(session, again, { retries, tell, signal })
  }

  function echo(message: string, call?: CallOptions): Promise<readonly string[]>
  function echo(message: Uint8Array, call?: CallOptions): Promise<readonly Uint8Array[]>
  async function echo(message: string | Uint8Array, call?: CallOptions): Promise<readonly EchoReply[]> {
    const signal = callSignal(options, call)
    await using session = await open(signal, signal, call)
    await session.send(message)
    const replies: EchoReply[] = []
    for await (const reply of session.replies) {
      if (replies.push(reply) === repliesPerMessage) break
    }
    return replies
  }

  return {
    echo,
    connect: async (call = {}) =>
      open(callSignal(options, call), streamSignal(options, { signal: call.signal }), call),
  }
}
