import { once } from 'node:events'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import { until } from '../../support/lab.ts'

export type Kind = 'plain' | 'rooms' | 'socketio'

export interface Address {
  readonly host: string
  readonly port: number
}

/** What a client has heard: a message, or an event with its argument. */
export type Heard = Readonly<Record<string, unknown>>

/** A client of either edge, that keeps what it hears in the order in which that came. */
export interface Peer {
  /** The socket id of Socket.IO. */
  readonly id: string
  /** What was heard and not taken yet. */
  readonly heard: Heard[]
  /** How the server has closed the connection. */
  closed(): Promise<{ readonly code?: number; readonly reason: string }>
  /** @param ack called with what the callback of Socket.IO gets */
  send(
    message: string | Uint8Array | { event: string; data?: unknown; ack?: (answer: unknown) => void },
  ): void
  close(): Promise<void>
}

export async function openPeer(kind: Kind, { host, port }: Address, path = '/ws'): Promise<Peer> {
  return kind === 'socketio'
    ? openSocketIo(`http://${host}:${port}`)
    : openPlain(kind, `ws://${host}:${port}${path}`)
}

/** The next that is heard. */
export async function next(peer: Peer): Promise<Heard> {
  await until(() => peer.heard.length > 0, 'something is heard')
  return peer.heard.shift() as Heard
}

async function openPlain(kind: Kind, url: string): Promise<Peer> {
  const socket = new WebSocket(url, kind === 'rooms' ? ['chat.rooms'] : [])
  const heard: Heard[] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }))
  await once(socket, 'open')
  socket.on('error', () => {})
  return {
    id: '',
    heard,
    closed: () => closed,
    send: (message) => socket.send(message as string | Uint8Array),
    async close() {
      socket.close()
      await closed
    },
  }
}

async function openSocketIo(url: string): Promise<Peer> {
  const socket = io(url, { forceNew: true, reconnection: false })
  const heard: Heard[] = []
  socket.onAny((event, data) => heard.push({ event, data }))
  const closed = new Promise<{ reason: string }>((resolve) =>
    socket.once('disconnect', (reason) => resolve({ reason })),
  )
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject)
  })
  return {
    id: socket.id ?? '',
    heard,
    closed: () => closed,
    send(message) {
      if (typeof message === 'string' || message instanceof Uint8Array)
        throw new Error('an event is expected')
      const { event, data, ack } = message
      const args = data === undefined ? [] : [data]
      if (ack === undefined) socket.emit(event, ...args)
      else socket.emit(event, ...args, ack)
    },
    async close() {
      socket.disconnect()
    },
  }
}
