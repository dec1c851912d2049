import { roomsProtocol } from '@polyservice-lab/contracts/chat'
import { services } from '@polyservice-lab/contracts/services'
import {
  type CallOptions,
  type ClientOptions,
  callSignal,
  hostPort,
  streamSignal,
} from '../core/call-options.ts'
import { tellExchange } from '../core/wire.ts'
import { ChatConnection } from './chat-connection.ts'
import { type ChatSession, ResumingChatSession } from './chat-session.ts'
import { openWebSocket } from './open-web-socket.ts'

/** Speaks to the chat over plain WebSocket (contracts/chat/PROTOCOL.md). It throws LabErrors only. */
export interface ChatClient {
  /** Opens a connection, which nobody sees before its login. The timeout holds for the opening; the signal ends the session. */
  connect(call?: CallOptions): Promise<ChatSession>
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
    connect(call = {}) {
      const tell = tellExchange(options.onWire, 'websocket')
      const signal = streamSignal(options, { signal: call.signal })
      const protocols = [roomsProtocol]
      const start = { address, path: '/ws', protocols, origin: undefined, compression: false, tell }
      const session = new ResumingChatSession(
        (heard) =>
          openWebSocket(
            start,
            callSignal({ ...options, signal }, call),
            (socket) => new ChatConnection(socket, { signal, tell, heard }),
          ),
        { retries, signal, tell },
      )
      return session.start()
    },
  }
}
