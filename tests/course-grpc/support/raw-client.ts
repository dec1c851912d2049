import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from 'node:http2'
import { gunzipSync } from 'node:zlib'
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  StatusSchema,
} from '@polyservice-lab/contracts/course-grpc'
import type { Address } from '../../support/lab.ts'

/** A connection on which every byte of gRPC is in the hands of the test. */
export interface RawConnection extends AsyncDisposable {
  readonly session: ClientHttp2Session
  open(path: string, headers?: Record<string, string>): RawCall
  /** Sends these frames, closes its side, and waits for the end of the call. */
  call(path: string, frames: Buffer, headers?: Record<string, string>): Promise<Ended>
  unary<M extends DescMethod>(
    method: M,
    request: MessageInitShape<M['input']>,
    headers?: Record<string, string>,
  ): Promise<Ended & { messages: MessageShape<M['output']>[] }>
}

export interface RawCall {
  readonly stream: ClientHttp2Stream
  /** What came so far. */
  readonly frames: { compressed: boolean; payload: Buffer }[]
  readonly ended: Promise<Ended>
}

interface Ended {
  /** The HTTP headers of the answer. */
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
  /** grpc-status */
  readonly status: number
  /** grpc-message, decoded. */
  readonly message: string
  readonly details: Details
  readonly frames: readonly { compressed: boolean; payload: Buffer }[]
}

interface Details {
  readonly violations: readonly string[]
  readonly resource: readonly [type: string, name: string] | undefined
  readonly reason: string | undefined
  readonly requestId: string | undefined
}

export function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`
}

export function frame(payload: Uint8Array, flag = 0): Buffer {
  const bytes = Buffer.alloc(5 + payload.length)
  bytes[0] = flag
  bytes.writeUInt32BE(payload.length, 1)
  bytes.set(payload, 5)
  return bytes
}

export function messageFrame<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Buffer {
  return frame(toBinary(schema, create(schema, message)))
}

export async function connectRaw({ host, port }: Address): Promise<RawConnection> {
  const session = connect(`http://${host}:${port}`)
  session.on('error', () => {})
  await once(session, 'connect')

  function open(path: string, headers: Record<string, string> = {}): RawCall {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      ...headers,
    })
    return follow(stream)
  }
  function call(path: string, frames: Buffer, headers?: Record<string, string>): Promise<Ended> {
    const { stream, ended } = open(path, headers)
    stream.end(frames)
    return ended
  }
  return {
    session,
    open,
    call,
    async unary(method, request, headers) {
      const ended = await call(pathOf(method), messageFrame(method.input, request), headers)
      const messages = ended.frames.map(({ compressed, payload }) =>
        fromBinary(method.output, compressed ? gunzipSync(payload) : payload),
      )
      return { ...ended, messages: messages as never }
    },
    async [Symbol.asyncDispose]() {
      session.destroy()
    },
  }
}

function follow(stream: ClientHttp2Stream): RawCall {
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  let rest: Buffer = Buffer.alloc(0)
  const frames: { compressed: boolean; payload: Buffer }[] = []
  stream.on('response', (received) => {
    headers = received
  })
  stream.on('trailers', (received) => {
    trailers = received
  })
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const length = rest.readUInt32BE(1)
      frames.push({ compressed: rest[0] === 1, payload: Buffer.from(rest.subarray(5, 5 + length)) })
      rest = rest.subarray(5 + length)
    }
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    let fault: unknown
    stream.on('error', (error) => {
      fault = error
    })
    stream.on('close', () => {
      // Without a body, what would be trailers are the headers.
      const last = 'grpc-status' in trailers ? trailers : headers
      if (last['grpc-status'] === undefined && fault !== undefined) reject(fault)
      else resolve(outcome(headers, last, frames))
    })
  })
  // A call that a test cancels need not be awaited.
  ended.catch(() => {})
  return { stream, frames, ended }
}

function outcome(
  headers: IncomingHttpHeaders,
  trailers: IncomingHttpHeaders,
  frames: Ended['frames'],
): Ended {
  const details = trailers['grpc-status-details-bin']
  return {
    headers,
    trailers,
    status: Number(trailers['grpc-status']),
    message: decodeURIComponent(String(trailers['grpc-message'] ?? '')),
    details: decodeDetails(details === undefined ? Buffer.alloc(0) : Buffer.from(String(details), 'base64')),
    frames,
  }
}

function decodeDetails(bytes: Buffer): Details {
  const { details } = fromBinary(StatusSchema, bytes)
  const resource = find(details, ResourceInfoSchema)
  return {
    violations: find(details, BadRequestSchema)?.fieldViolations.map(({ field }) => field) ?? [],
    resource: resource && [resource.resourceType, resource.resourceName],
    reason: find(details, ErrorInfoSchema)?.reason,
    requestId: find(details, RequestInfoSchema)?.requestId,
  }
}

function find<D extends DescMessage>(details: readonly Any[], schema: D): MessageShape<D> | undefined {
  return details.map((any) => anyUnpack(any, schema)).find((message) => message !== undefined)
}

/** Leaves a message of a method unfinished: all but its last byte is sent. */
export async function beginMessage(
  address: Address,
  method: DescMethod,
  message: Buffer,
): Promise<{ heard(): string; finish(): void } & AsyncDisposable> {
  const connection = await connectRaw(address)
  const { stream, ended } = connection.open(pathOf(method))
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
}
