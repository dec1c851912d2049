/** One operation as the bytes of its request; HTTP/1.1, raw TCP and WebSocket all are. */
export interface RawWorkload {
  readonly kind: 'raw'
  /** Sent first on each connection, and answered before anything else: a handshake. */
  readonly hello?: Uint8Array
  /** Sent first on each connection, and not answered: a preface. */
  readonly preface?: Uint8Array
  readonly request: Uint8Array
  /** How many operations the request is, where several are pipelined. */
  readonly operations?: number
  /** The same as an HTTP request, for tools that speak HTTP. */
  readonly http?: HttpRequest
  /** Whether each operation has a connection of its own. */
  readonly perCall?: boolean
  /** The answer ends with the connection, and may differ in length from call to call. */
  readonly untilClose?: boolean
  /** Whether the answer is a good one; asked before the load, not under it. */
  readonly isGood?: (answer: Buffer) => boolean
}

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** One call of gRPC over HTTP/2, its request one message. */
export interface GrpcWorkload {
  readonly kind: 'grpc'
  /** `/package.Service/Method` */
  readonly path: string
  /** Encoded, without the prefix of five bytes. */
  readonly message: Uint8Array
  readonly perCall?: boolean
}

export type Workload = RawWorkload | GrpcWorkload

/** What a server answered to one operation; floors answer the same. */
export type Recording =
  | {
      readonly kind: 'raw'
      readonly helloAnswer: Buffer
      readonly answer: Buffer
    }
  | {
      readonly kind: 'grpc'
      readonly headers: Readonly<Record<string, string>>
      readonly body: Buffer
      readonly trailers: Readonly<Record<string, string>>
    }

/** A way to a server on which one operation at a time is made. */
export interface Channel {
  /** Begins an operation; `done` is called when its answer is there. */
  call(done: () => void): void
  close(): void
}

/** How many operations are in flight, and over how many connections. */
export interface Concurrency {
  readonly connections: number
  /** Streams on each connection; HTTP/2 only. */
  readonly streams?: number
}

/** Bytes of the request message as gRPC frames it: not compressed, length, message. */
export function grpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  return frame
}
