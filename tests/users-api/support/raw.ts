import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { RunningService } from '../../support/lab.ts'

/** A connection, and what has come on it so far. */
export interface RawConnection extends Disposable {
  readonly socket: Socket
  heard(): string
  /** Resolves with all that came when the server has ended the connection. */
  readonly ended: Promise<string>
}

export async function openRaw(service: RunningService): Promise<RawConnection> {
  const { host, port } = await service.address()
  const socket = connect({ host, port, allowHalfOpen: true })
  socket.on('error', () => {})
  let heard = ''
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  socket.on('data', (bytes) => {
    heard += (bytes as Buffer).toString('latin1')
  })
  for (const event of ['end', 'close']) socket.once(event, () => resolve(heard))
  await once(socket, 'connect')
  return { socket, heard: () => heard, ended, [Symbol.dispose]: () => socket.destroy() }
}

/** The whole answer to bytes that are sent as they are, on a connection that the server ends. */
export async function sendRaw(service: RunningService, bytes: string): Promise<string> {
  using connection = await openRaw(service)
  connection.socket.write(bytes)
  return await connection.ended
}

/** The body of an answer as it came. */
export function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}
