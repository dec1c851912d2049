import type { ChatEvents } from '@polyservice-lab/contracts/chat'
import { io, type Socket } from 'socket.io-client'
import { abortError, connectionError } from '../core/call-options.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'
import type { Tell } from '../core/wire.ts'
import { ChatConnection, type ChatFault, type Heard } from './chat-connection.ts'
import { closedError } from './echo-errors.ts'
import type { ChatAddress } from './plain-chat-wire.ts'

/** What the callback of a request gets. */
type Answer = { readonly ok: true } | ({ readonly ok: false } & ChatFault)

/** Packets of Engine.IO 4; their places are the digits that they begin with. */
const packetTypes: readonly string[] = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop']

/** Connects over Socket.IO 4: by polling, then WebSocket. The session reconnects by itself. @param opening ends the handshake */
export function connectSocketIo(
  { address, tell, signal }: ChatAddress,
  opening: AbortSignal,
  heard: Heard,
): Promise<ChatConnection> {
  return new Promise((resolve, reject) => {
    const socket = io(`http://${address}`, { forceNew: true, reconnection: false, autoConnect: false })
    const abort = () => fail(abortError(opening))
    const fail = (error: LabError) => {
      opening.removeEventListener('abort', abort)
      socket.disconnect()
      reject(error)
    }
    opening.addEventListener('abort', abort, { once: true })
    if (opening.aborted) return abort()
    socket.on('connect_error', (error) => fail(openingError(address, error)))
    socket.once('connect', () => {
      opening.removeEventListener('abort', abort)
      resolve(overSocketIo(socket, signal, heard))
    })
    socket.connect()
    tellPackets(socket, tell)
  })
}

function overSocketIo(socket: Socket, signal: AbortSignal, heard: Heard): ChatConnection {
  /** The last fault that answers no request: it tells why the server disconnects. */
  let fault: ChatFault | undefined
  const wire = {
    get isOpen() {
      return socket.connected
    },
    send(id: number, name: string, fields: object) {
      socket.emit(name, fields, (answer: Answer) => {
        const { ok, ...rest } = answer
        if (ok) connection.acknowledged(id, rest)
        else {
          fault = rest as ChatFault
          connection.refused(id, fault)
        }
      })
    },
    close: () => void socket.disconnect(),
    terminate: () => void socket.disconnect(),
  }
  const connection = new ChatConnection(wire, signal, heard)
  socket.onAny((name: string, fields: unknown) => {
    if (name === 'error') fault = fields as ChatFault
    else heard(name as keyof ChatEvents, fields as ChatEvents[keyof ChatEvents])
  })
  socket.on('disconnect', (reason) => connection.closed(closingError(reason, fault)))
  connection.opened(socket.id ?? '')
  return connection
}

/** An error of the library: of a request that polls, the status; of a handshake, what the socket said. */
interface OpeningError extends Error {
  readonly description?: unknown
  readonly context?: { readonly responseText?: string }
}

function openingError(address: string, error: OpeningError): LabError {
  const { description, context } = error
  const body = context?.responseText ?? ''
  if (typeof description !== 'number' || description === 0 || body === '')
    return connectionError(address, error)
  // Engine.IO's code of a refusal by the server itself.
  const isRefused = body.startsWith('{"code":4,')
  const code = isRefused ? 'unavailable' : 'protocol_error'
  return new LabError(code, `refused with ${description}: ${body.slice(0, 200)}`, {
    status: description,
    body,
  })
}

/** After a disconnect of the server its clients stay away; after any other end they come back. */
function closingError(reason: Socket.DisconnectReason, fault: ChatFault | undefined): LabError {
  if (reason !== 'io server disconnect') return new LabError('unavailable', `closed: ${reason}`)
  return fault === undefined
    ? closedError(1000, reason)
    : new LabError(fault.code as LabErrorCode, fault.message, { status: fault.code, body: fault })
}

/** Tells the packets as they stand in a WebSocket or in a body. */
function tellPackets(socket: Socket, tell: Tell | undefined): void {
  if (tell === undefined) return
  const told =
    (direction: 'sent' | 'received') =>
    ({ type, data }: { type: string; data?: unknown }) =>
      tell({ direction, text: `packet: ${packetTypes.indexOf(type)}${textOf(data)}` })
  socket.io.engine.on('packet', told('received'))
  socket.io.engine.on('packetCreate', told('sent'))
}

function textOf(data: unknown): string {
  if (data === undefined || data === null) return ''
  return typeof data === 'string' ? data : JSON.stringify(data)
}
