import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { webSocketWorkload } from '../../load/websocket-workload.ts'

/** What each client of a room says before it only listens, and how one of them speaks. */
export interface RoomLanguage {
  /** The subprotocol that is offered. */
  readonly protocol?: string
  readonly hello: readonly string[]
  /** A message that every client hears in one frame. */
  say(text: string): string
}

/** Clients that are opened at a time. */
const batch = 50
const settleMs = 20_000

/** Clients of one server that hear the same messages. Their frames are counted and not read, so that the load stays small. */
export class Room implements Disposable {
  readonly #clients: readonly Client[]
  readonly #language: RoomLanguage

  private constructor(clients: readonly Client[], language: RoomLanguage) {
    this.#clients = clients
    this.#language = language
  }

  static async open(port: number, clients: number, language: RoomLanguage): Promise<Room> {
    const opened: Client[] = []
    while (opened.length < clients) {
      const next = Array.from({ length: Math.min(batch, clients - opened.length) }, () =>
        openClient(port, language),
      )
      opened.push(...(await Promise.all(next)))
    }
    const room = new Room(opened, language)
    if (language.hello.length > 0) await room.#settle()
    return room
  }

  /**
   * Says messages on a schedule that does not wait for answers.
   * @returns how long after its time each client has heard each message, in ms
   */
  async say(rate: number, seconds: number): Promise<Float64Array> {
    const total = Math.round(rate * seconds)
    const latencies = new Float64Array(total * this.#clients.length)
    const due = (message: number) => begun + (message * 1000) / rate
    let heard = 0
    const { promise: allHeard, resolve } = Promise.withResolvers<void>()
    for (const client of this.#clients) {
      let message = 0
      client.onFrame = () => {
        latencies[heard] = performance.now() - due(message)
        message += 1
        heard += 1
        if (heard === latencies.length) resolve()
      }
    }
    const begun = performance.now()
    const [speaker] = this.#clients
    for (let message = 0; message < total; message += 1) {
      await setTimeout(Math.max(0, due(message) - performance.now()))
      speaker?.send(this.#language.say(`message ${message}`))
    }
    await allHeard
    return latencies
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.#clients) socket.destroy()
  }

  /** Waits until all have heard of each other, and a last message. */
  async #settle(): Promise<void> {
    const probe = `probe ${crypto.randomUUID()}`
    const waiting = this.#clients.map((client) => client.hears(probe))
    this.#clients[0]?.send(this.#language.say(probe))
    const late = setTimeout(settleMs, undefined, { ref: false }).then(() => {
      throw new Error('the room does not settle')
    })
    await Promise.race([Promise.all(waiting), late])
  }
}

interface Client {
  readonly socket: Socket
  onFrame: () => void
  send(text: string): void
  /** Resolves when a text has come. */
  hears(text: string): Promise<void>
}

async function openClient(port: number, { protocol, hello }: RoomLanguage): Promise<Client> {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  socket.on('error', () => {})
  await once(socket, 'connect')
  const offer = protocol === undefined ? '' : `\r\nSec-WebSocket-Protocol: ${protocol}`
  const handshake = Buffer.from(webSocketWorkload('').hello ?? '').toString()
  socket.write(handshake.replace('\r\n\r\n', `${offer}\r\n\r\n`))
  let awaited: { readonly text: string; readonly resolve: () => void } | undefined
  const client: Client = {
    socket,
    onFrame: () => {},
    send: (text) => void socket.write(webSocketWorkload(text).request),
    hears: (text) =>
      new Promise((resolve) => {
        awaited = { text, resolve }
      }),
  }
  let rest: Buffer = await upgraded(socket)
  const read = (bytes: Buffer) => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    if (awaited !== undefined && all.includes(awaited.text)) {
      awaited.resolve()
      awaited = undefined
    }
    rest = takeFrames(all, () => client.onFrame())
  }
  socket.on('data', read)
  for (const text of hello) client.send(text)
  return client
}

/** What comes behind the answer to the handshake. */
async function upgraded(socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0)
  while (!head.includes('\r\n\r\n')) {
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    head = Buffer.concat([head, bytes])
  }
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${head}`)
  return head.subarray(head.indexOf('\r\n\r\n') + 4)
}

/** Counts whole frames (RFC 6455, 5.2), which a server does not mask. @returns the bytes of one that is not whole */
function takeFrames(bytes: Buffer, onFrame: () => void): Buffer {
  let at = 0
  while (bytes.length - at >= 2) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length - at < header) break
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    if (bytes.length - at < header + length) break
    at += header + length
    onFrame()
  }
  return bytes.subarray(at)
}
