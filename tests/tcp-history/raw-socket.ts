import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Address } from '../support/lab.ts'

/** A socket without a client on top, for what no client would do. */
export interface RawSocket extends Disposable {
  readonly socket: Socket
  /** All that arrives up to the server's FIN; rejects when the connection ends in another way. */
  readonly answer: Promise<Buffer>
  /** Resolves when the bytes have left this process. */
  send(bytes: string | Uint8Array): Promise<void>
  halfClose(): void
}

export async function openRaw({ host, port }: Pick<Address, 'host' | 'port'>): Promise<RawSocket> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
  await once(socket, 'connect')
  const chunks: Buffer[] = []
  const answer = new Promise<Buffer>((resolve, reject) => {
    socket.on('data', (chunk) => chunks.push(chunk as Buffer))
    socket.on('end', () => resolve(Buffer.concat(chunks)))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without a FIN')))
  })
  answer.catch(() => undefined)
  return {
    socket,
    answer,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    halfClose: () => {
      socket.end()
    },
    [Symbol.dispose]: () => {
      socket.destroy()
    },
  }
}

/** Sends pieces, each of which the server reads alone, and returns the whole answer as text. */
export async function exchange(
  address: Address,
  pieces: readonly (string | Uint8Array)[],
  { halfClose = false, arrived = async (_bytes: number) => {} } = {},
): Promise<string> {
  using raw = await openRaw(address)
  for (const [i, piece] of pieces.entries()) {
    await raw.send(piece)
    if (i < pieces.length - 1) await arrived(Buffer.byteLength(piece))
  }
  if (halfClose) raw.halfClose()
  return (await raw.answer).toString()
}
