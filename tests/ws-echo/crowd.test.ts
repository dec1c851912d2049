// Crowds of clients, each within its limits, that together want more memory than the container has.
import { deflateRawSync } from 'node:zlib'
import { createEchoClient } from '@polyservice-lab/clients'
import { describe, expect, test, vi } from 'vitest'
import { docker } from '../support/docker.ts'
import { until, useLab } from '../support/lab.ts'
import { encodeFrame, type FrameFields, opcode, RawPeer } from './raw-peer.ts'

vi.setConfig({ testTimeout: 120_000 })

const mebibyte = 1_048_576

interface Crowd {
  readonly name: string
  readonly count: number
  /** What each client sends, all at the same moment. */
  readonly frames: readonly FrameFields[]
  /** Whether the clients read; those are answered, or refused with 1013. */
  readonly reads: boolean
}

const message = (bytes: number): FrameFields => ({ opcode: opcode.binary, payload: Buffer.alloc(bytes) })
const compressed = (bytes: number): FrameFields => ({
  rsv: 4,
  opcode: opcode.binary,
  payload: deflateRawSync(Buffer.alloc(bytes), { finishFlush: 2 }).subarray(0, -4),
})

const crowds: readonly Crowd[] = [
  { name: 'send 1 MiB each', count: 120, frames: [message(mebibyte)], reads: true },
  {
    name: 'send 3 MiB each and read nothing',
    count: 120,
    frames: Array(3).fill(message(mebibyte)),
    reads: false,
  },
  {
    name: 'send 20,000 pings each and read nothing',
    count: 120,
    frames: Array(20_000).fill({ opcode: opcode.ping, payload: '' }),
    reads: false,
  },
  {
    name: 'send 5,000 empty messages each and read nothing',
    count: 120,
    frames: Array(5_000).fill(message(0)),
    reads: false,
  },
  {
    name: 'leave a message of 10,000 fragments unfinished',
    count: 120,
    frames: [
      { ...message(1), fin: false },
      ...Array(10_000).fill({ ...message(1), opcode: opcode.continuation, fin: false }),
    ],
    reads: false,
  },
]

const compressedCrowds: readonly Crowd[] = [
  { name: 'send 1 MiB each', count: 500, frames: [compressed(mebibyte)], reads: true },
  {
    name: 'send 5 MiB each and read nothing',
    count: 200,
    frames: Array(5).fill(compressed(mebibyte)),
    reads: false,
  },
]

const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }

describe.each([
  { compression: 'off', crowds, headers: {} },
  { compression: 'on', crowds: compressedCrowds, headers: offer },
])('with PERMESSAGE_DEFLATE=$compression', ({ compression, crowds, headers }) => {
  const lab = useLab(['ws-echo'], { PERMESSAGE_DEFLATE: compression, LOG_LEVEL: 'warn' })
  const service = () => lab.service('ws-echo')
  const state = async () => {
    const format = '{{.State.Status}} {{.State.StartedAt}} {{.State.OOMKilled}} {{.RestartCount}}'
    return (await docker('inspect', '--format', format, service().getId())).stdout
  }

  test.for(crowds)('$count clients $name: others are answered, and it lives', async (crowd) => {
    const { count, frames, reads } = crowd
    const before = await state()
    using stack = new DisposableStack()
    const address = service().address()
    const peers = await Promise.all(Array.from({ length: count }, () => RawPeer.open(address, headers)))
    for (const peer of peers) stack.use(peer)
    const bytes = Buffer.concat(frames.map(encodeFrame))
    for (const peer of peers) peer.write(bytes)
    const ends = Promise.all(peers.map((peer) => (reads ? endOf(peer) : undefined)))
    const other = createEchoClient({ ...address, timeoutMs: 30_000 })
    for (let i = 0; i < 20; i++) expect(await other.echo(`call ${i}`)).toHaveLength(5)
    expect((await fetch(`${service().adminUrl()}/readyz`)).status).toBe(200)
    const ended = await ends
    if (reads) expect(ended).toContain('answered')
    expect(ended).not.toContain('neither')
    stack.dispose()
    await until(async () => (await service().metric('lab_connections')) === 0, 'the crowd is gone')
    expect(await other.echo('after')).toHaveLength(5)
    expect(await state()).toBe(before)
  })
})

/** Reads five replies, a close that says that it is too much, or the end of a connection that took too long. */
async function endOf(peer: RawPeer): Promise<'answered' | 'refused' | 'cut off' | 'neither'> {
  for (let replies = 0; replies < 5; replies++) {
    const frame = await peer.frame().catch(() => undefined)
    if (frame === undefined) return 'cut off'
    if (frame.opcode === opcode.close) return frame.payload.readUInt16BE() === 1013 ? 'refused' : 'neither'
  }
  return 'answered'
}
