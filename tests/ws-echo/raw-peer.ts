import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Address } from '../support/lab.ts'

/** A frame as it is on the wire (RFC 6455, 5.2). What is left out is that of a good, short, final text frame. */
export interface FrameFields {
  readonly fin?: boolean
  /** The three reserved bits, 0 to 7. */
  readonly rsv?: number
  readonly opcode?: number
  readonly payload?: string | Uint8Array
  readonly masked?: boolean
  /** The length that the header tells, where it is not that of the payload. */
  readonly claimedLength?: bigint
}

export interface Frame {
  readonly fin: boolean
  readonly rsv: number
  readonly opcode: number
  readonly masked: boolean
  readonly payload: Buffer
}

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const mask = Buffer.from('37fa213d', 'hex')

export function encodeFrame(fields: FrameFields = {}): Buffer {
  const payload = Buffer.from(fields.payload ?? 'hello')
  const first = ((fields.fin ?? true) ? 0x80 : 0) | ((fields.rsv ?? 0) << 4) | (fields.opcode ?? opcode.text)
  const length = encodeLength(fields.claimedLength ?? BigInt(payload.length))
  if (fields.masked === false) return Buffer.concat([Buffer.from([first]), length, payload])
  length.writeUInt8((length[0] ?? 0) | 0x80)
  const scrambled = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  return Buffer.concat([Buffer.from([first]), length, mask, scrambled])
}

function encodeLength(length: bigint): Buffer {
  if (length <= 125n) return Buffer.from([Number(length)])
  const bytes = Buffer.alloc(length <= 0xffffn ? 3 : 9)
  bytes.writeUInt8(bytes.length === 3 ? 126 : 127)
  if (bytes.length === 3) bytes.writeUInt16BE(Number(length), 1)
  else bytes.writeBigUInt64BE(length, 1)
  return bytes
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])
}

/** An opening handshake; a header set to undefined is left out. */
export function handshake(
  headers: Record<string, string | undefined> = {},
  requestLine = 'GET / HTTP/1.1',
): string {
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  )
  return `${requestLine}\r\n${lines.join('')}\r\n`
}

export interface HttpHead {
  readonly status: number
  readonly headers: Headers
}

/** A client made of a bare TCP socket, which can do everything wrong. It reads only what is asked of it. */
export class RawPeer implements Disposable {
  readonly socket: Socket
  readonly #chunks: AsyncIterator<Buffer>
  #buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.socket = socket
    this.#chunks = socket[Symbol.asyncIterator]()
  }

  static async connect({ host, port }: Address): Promise<RawPeer> {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
    await once(socket, 'connect')
    // The end of the connection is seen where it is read.
    socket.on('error', () => {})
    return new RawPeer(socket)
  }

  /** Connects and makes a good handshake. */
  static async open(address: Address, headers: Record<string, string> = {}): Promise<RawPeer> {
    const peer = await RawPeer.connect(address)
    peer.write(handshake(headers))
    const { status } = await peer.head()
    if (status !== 101) throw new Error(`the handshake was answered with ${status}`)
    return peer
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes)
  }

  send(...frames: FrameFields[]): void {
    this.write(Buffer.concat(frames.map(encodeFrame)))
  }

  /** Status line and headers of an HTTP answer. */
  async head(): Promise<HttpHead> {
    const end = '\r\n\r\n'
    while (!this.#buffer.includes(end)) await this.#more()
    const text = this.#take(this.#buffer.indexOf(end) + end.length).toString()
    const [statusLine = '', ...lines] = text.trimEnd().split('\r\n')
    const pairs = lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ])
    return { status: Number(statusLine.split(' ')[1]), headers: new Headers(pairs) }
  }

  async frame(): Promise<Frame> {
    const [first = 0, second = 0] = await this.#read(2)
    const short = second & 0x7f
    let length = short
    if (short === 126) length = (await this.#read(2)).readUInt16BE()
    if (short === 127) length = Number((await this.#read(8)).readBigUInt64BE())
    return {
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 0x0f,
      masked: (second & 0x80) !== 0,
      payload: await this.#read(length),
    }
  }

  async frames(count: number): Promise<Frame[]> {
    const frames: Frame[] = []
    while (frames.length < count) frames.push(await this.frame())
    return frames
  }

  /** Skips to the close frame; its code is 1005 where it has none. */
  async closeFrame(): Promise<{ code: number; reason: string }> {
    let frame = await this.frame()
    while (frame.opcode !== opcode.close) frame = await this.frame()
    const { payload } = frame
    if (payload.length === 0) return { code: 1005, reason: '' }
    return { code: payload.readUInt16BE(), reason: payload.subarray(2).toString() }
  }

  /** Everything up to the end of the connection, however it ends. */
  async rest(): Promise<Buffer> {
    while (
      await this.#more().then(
        () => true,
        () => false,
      )
    );
    return this.#take(this.#buffer.length)
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  async #read(size: number): Promise<Buffer> {
    while (this.#buffer.length < size) await this.#more()
    return this.#take(size)
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next()
    if (done) throw new Error('the connection has ended')
    this.#buffer = Buffer.concat([this.#buffer, value])
  }

  #take(size: number): Buffer {
    const taken = this.#buffer.subarray(0, size)
    this.#buffer = this.#buffer.subarray(size)
    return taken
  }
}
