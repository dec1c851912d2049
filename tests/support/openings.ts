import { once } from 'node:events'
import { connect } from 'node:net'
import { CourseService } from '@polyservice-lab/contracts/course-grpc'
import { frameTypes, preface } from '@polyservice-lab/contracts/tcp-history'
import { connectRaw, frame, pathOf } from '../course-grpc/support/raw-client.ts'
import { encodeFrame, handshake, opcode } from '../ws-echo/raw-peer.ts'
import type { Address } from './lab.ts'
import type { ServiceName } from './services.ts'

/** A client that has sent all but the last byte of a message. */
export interface Opening extends AsyncDisposable {
  /** What the server has said so far. */
  heard(): string
  /** Sends the last byte. */
  finish(): void
}

/** How a client of a service leaves a message unfinished, and what the server says to it. */
export interface Opener {
  /** Begins to send a message. */
  begin(address: Address, message: Buffer): Promise<Opening>
  /** How many bytes the largest message has that the service takes. */
  readonly bytesMax: number
  readonly refusal: string
  /** To a message that is whole, though what it says may be wrong. */
  readonly answer: string
}

async function beginOnSocket({ host, port }: Address, head: Buffer, message: Buffer): Promise<Opening> {
  const socket = connect(port, host)
  let heard = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    heard += (bytes as Buffer).toString('latin1')
  })
  await once(socket, 'connect')
  socket.write(head)
  socket.write(message.subarray(0, -1))
  return {
    heard: () => heard,
    finish: () => socket.write(message.subarray(-1)),
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  }
}

const ascii = (text: string) => Buffer.from(text, 'latin1')

export const openings: Readonly<Record<ServiceName, Opener>> = {
  'course-grpc': {
    async begin(address, message) {
      const connection = await connectRaw(address)
      const { stream, ended } = connection.open(pathOf(CourseService.method.createCourse))
      let heard = ''
      void ended.then(
        ({ status, message }) => {
          heard = `status ${status}: ${message}`
        },
        () => {},
      )
      const prefix = frame(Buffer.alloc(0))
      prefix.writeUInt32BE(message.length, 1)
      stream.on('error', () => {})
      stream.write(prefix)
      stream.write(message.subarray(0, -1))
      return {
        heard: () => heard,
        finish: () => stream.end(message.subarray(-1)),
        [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
      }
    },
    bytesMax: 4_194_304,
    refusal: 'status 14: too many unfinished messages',
    answer: 'status 3:',
  },
  'tcp-history': {
    begin(address, message) {
      const header = Buffer.from([0, 0, 0, 0, frameTypes.append])
      header.writeUInt32BE(message.length + 1)
      return beginOnSocket(address, Buffer.concat([preface, header]), message)
    },
    bytesMax: 1_048_575,
    refusal: 'busy',
    answer: '\0\0\0\x09\x81',
  },
  'users-api': {
    begin(address, message) {
      const lines = [
        'POST /api/v1/authentication/login HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${message.length}`,
      ]
      return beginOnSocket(address, ascii(`${lines.join('\r\n')}\r\n\r\n`), message)
    },
    bytesMax: 1_048_576,
    refusal: 'HTTP/1.1 503 Service Unavailable',
    answer: 'HTTP/1.1 4',
  },
  'ws-echo': {
    begin(address, message) {
      const head = encodeFrame({ opcode: opcode.binary, payload: '', claimedLength: BigInt(message.length) })
      return beginOnSocket(address, Buffer.concat([ascii(handshake()), head]), message)
    },
    bytesMax: 1_048_576,
    refusal: '\x03\xf5too many unfinished messages',
    answer: '\r\n\r\n\x82',
  },
}
