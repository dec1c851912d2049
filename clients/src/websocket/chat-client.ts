import { services } from '@polyservice-lab/contracts/services'
import {
  type CallOptions,
  type ClientOptions,
  callSignal,
  hostPort,
  streamSignal,
} from '../core/call-options.ts'
import { tellExchange } from '../core/wire.ts'
import { type ChatSession, ResumingChatSession } from './chat-session.ts'
import { connectPlain } from './plain-chat-wire.ts'
import { connectSocketIo } from './socket-io-chat-wire.ts'

const edges = { websocket: connectPlain, 'socket.io': connectSocketIo } as const

export interface ChatConnectOptions extends CallOptions {
  /** The protocol that is spoken. Default: `websocket`. */
  readonly edge?: keyof typeof edges | undefined
}

/** Speaks to the chat over plain WebSocket or over Socket.IO (contracts/chat/PROTOCOL.md). It throws LabErrors only. */
export interface ChatClient {
  /** Opens a connection, which nobody sees before its login. The timeout holds for the opening; the signal ends the session. */
  connect(options?: ChatConnectOptions): Promise<ChatSession>
}

/**
 * @example
 * await using ada = await createChatClient({ retries: {} }).connect()
 * ada.on('new_message', ({ username, message }) => console.log(`${username}: ${message}`))
 * await ada.login('Ada')
 * await ada.join('general')
 * await ada.send('general', 'hello')
 */
export function createChatClient(options: ClientOptions = {}): ChatClient {
  const { host = '127.0.0.1', port = services.chat.port, retries } = options
  const address = hostPort(host, port)
  return {
    connect({ edge = 'websocket', ...call } = {}) {
      const tell = tellExchange(options.onWire, 'websocket')
      const signal = streamSignal(options, { signal: call.signal })
      const open = () => callSignal({ ...options, signal }, call)
      const session = new ResumingChatSession(
        (heard) => edges[edge]({ address, tell, signal }, open(), heard),
        { retries, signal, tell },
      )
      return session.start()
    },
  }
}
