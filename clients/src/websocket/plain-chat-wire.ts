import { type ChatEvents, roomsProtocol } from '@polyservice-lab/contracts/chat'
import { WebSocket } from 'ws'
import type { Tell } from '../core/wire.ts'
import { ChatConnection, type ChatFault, type Heard } from './chat-connection.ts'
import { describeClose, describeMessage } from './describe-frame.ts'
import { closedError } from './echo-errors.ts'
import { openWebSocket } from './open-web-socket.ts'

export interface ChatAddress {
  /** host:port */
  readonly address: string
  readonly tell: Tell | undefined
  /** Ends the connection. */
  readonly signal: AbortSignal
}

/** What the server sends on a connection that knows rooms. */
type ServerMessage =
  | { readonly type: 'connection_established'; readonly client_id: string }
  | { readonly type: 'ack'; readonly id: number }
  | ({ readonly type: 'error'; readonly id?: number } & ChatFault)
  | { [Name in keyof ChatEvents]: { readonly type: Name } & ChatEvents[Name] }[keyof ChatEvents]

/** Connects over plain WebSocket. @param opening ends the handshake */
export function connectPlain(
  { address, tell, signal }: ChatAddress,
  opening: AbortSignal,
  heard: Heard,
): Promise<ChatConnection> {
  const protocols = [roomsProtocol]
  return openWebSocket(
    { address, path: '/ws', protocols, origin: undefined, compression: false, tell },
    opening,
    (socket) => overWebSocket(socket, { tell, signal, heard }),
  )
}

function overWebSocket(
  socket: WebSocket,
  { tell, signal, heard }: { tell: Tell | undefined; signal: AbortSignal; heard: Heard },
): ChatConnection {
  const wire = {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN
    },
    send(id: number, type: string, fields: object) {
      const payload = Buffer.from(JSON.stringify({ type, id, ...fields }))
      tell?.({ direction: 'sent', text: describeMessage(payload, false, true), bytes: payload })
      socket.send(payload, { binary: false }, () => {})
    },
    close: () => socket.close(1000),
    terminate: () => socket.terminate(),
  }
  const connection = new ChatConnection(wire, signal, heard)
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => {
    tell?.({ direction: 'received', text: describeMessage(data, false, false), bytes: data })
    take(connection, JSON.parse(data.toString()))
  })
  socket.on('close', (code, reason) => {
    tell?.({ direction: 'received', text: describeClose(code, reason.toString()) })
    connection.closed(closedError(code, reason.toString()))
  })
  return connection
}

function take(connection: ChatConnection, message: ServerMessage): void {
  if (message.type === 'connection_established') connection.opened(message.client_id)
  else if (message.type === 'error') {
    const { type, id, ...fault } = message
    if (id !== undefined) connection.refused(id, fault)
  } else if (message.type === 'ack') {
    const { type, id, ...ack } = message
    connection.acknowledged(id, ack)
  } else {
    const { type, ...fields } = message
    connection.heard(type, fields as ChatEvents[typeof type])
  }
}
