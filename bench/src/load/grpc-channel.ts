import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { connect as connectSocket, type Socket } from 'node:net'
import { type Channel, type GrpcWorkload, grpcFrame, type Recording } from './workload.ts'

type GrpcRecording = Extract<Recording, { kind: 'grpc' }>

/** Large enough that the window of HTTP/2 never holds up an answer (RFC 9113, 6.9.2). */
const windowBytes = 16 * 1024 * 1024

/** A connection of HTTP/2, with its socket, whose bytes can be counted. */
export function openSession(port: number): { session: ClientHttp2Session; socket: Socket } {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true })
  const session = connect(`http://127.0.0.1:${port}`, {
    createConnection: () => socket,
    settings: { initialWindowSize: windowBytes },
  })
  session.once('connect', () => session.setLocalWindowSize(windowBytes))
  return { session, socket }
}

function request(session: ClientHttp2Session, path: string) {
  return session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
}

/** Makes one call over a session and keeps what was answered. Rejects unless its status is OK. */
export async function callGrpc(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array | Iterable<Uint8Array>,
): Promise<GrpcRecording> {
  const stream = request(session, path)
  const headers = Promise.withResolvers<Record<string, string>>()
  let trailers: Record<string, string> = {}
  stream.once('response', (received) => headers.resolve(withoutDate(received)))
  stream.once('trailers', (received) => {
    trailers = withoutDate(received)
  })
  stream.once('error', headers.reject)
  if (body instanceof Uint8Array) stream.end(body)
  else {
    for (const chunk of body)
      if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve))
    stream.end()
  }
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const recording = {
    kind: 'grpc' as const,
    headers: await headers.promise,
    body: Buffer.concat(chunks),
    trailers,
  }
  const status = trailers['grpc-status'] ?? recording.headers['grpc-status']
  if (status !== '0') throw new Error(`${path}: grpc-status ${status}: ${trailers['grpc-message'] ?? ''}`)
  return recording
}

function withoutDate(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => name !== 'date' && typeof name === 'string' && value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  )
}

/** Channels over one session: each has one stream open at a time. */
export function openGrpcChannels(
  workload: GrpcWorkload,
  port: number,
  streams: number,
  onError: (error: Error) => void,
): Channel[] {
  const body = grpcFrame(workload.message)
  if (workload.perCall === true)
    return Array.from({ length: streams }, () => perCallChannel(workload, port, body, onError))
  const { session } = openSession(port)
  session.on('error', onError)
  return Array.from({ length: streams }, () => ({
    call: (done) => send(session, workload.path, body, done, onError),
    close: () => session.destroy(),
  }))
}

function perCallChannel(
  workload: GrpcWorkload,
  port: number,
  body: Buffer,
  onError: (error: Error) => void,
): Channel {
  return {
    call(done) {
      const { session } = openSession(port)
      session.on('error', onError)
      const finish = () => {
        session.close()
        done()
      }
      send(session, workload.path, body, finish, onError)
    },
    close() {},
  }
}

function send(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  done: () => void,
  onError: (error: Error) => void,
): void {
  const stream = request(session, path)
  stream.on('data', () => {})
  stream.on('error', onError)
  stream.on('close', () => {
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR)
      onError(new Error(`a stream was reset: ${stream.rstCode}`))
    done()
  })
  stream.end(body)
}
