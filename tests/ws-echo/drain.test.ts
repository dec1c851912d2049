import { afterEach, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { closePayload, handshake, opcode, RawPeer } from './raw-peer.ts'

const lab = useLab(['ws-echo'], { CLOSE_TIMEOUT_MS: '4000' })
const service = () => lab.service('ws-echo')
const open = async () => RawPeer.open(await service().address())

afterEach(async () => {
  expect(await service().exitCode()).toBe(0)
  await service().start()
})

test('answers every message that has arrived, then closes with 1001, as it closes idle clients', async () => {
  using idle = await open()
  using busy = await open()
  // 20 MiB of replies wait for this client when the signal comes.
  busy.send(...Array(20).fill({ payload: Buffer.alloc(200 * 1024, '*') }))
  const first = await busy.frame()
  await service().signal('SIGTERM')
  const frames = [first]
  while (frames.at(-1)?.opcode !== opcode.close) frames.push(await busy.frame())
  expect(frames.pop()?.payload.readUInt16BE()).toBe(1001)
  expect(frames.length % 5).toBe(0)
  expect(await idle.closeFrame()).toEqual({ code: 1001, reason: 'the server stops' })
  for (const peer of [idle, busy]) {
    peer.send({ opcode: opcode.close, payload: closePayload(1001) })
    expect(await peer.rest()).toHaveLength(0)
  }
})

test('refuses handshakes with 503 while it waits, and does not wait for ever', async () => {
  using deaf = await open()
  using silent = await RawPeer.connect(await service().address())
  using late = await RawPeer.connect(await service().address())
  const request = handshake()
  late.write(request.slice(0, -2))
  await service().signal('SIGTERM')
  expect((await deaf.closeFrame()).code).toBe(1001)
  late.write(request.slice(-2))
  const { status, headers } = await late.head()
  expect(status).toBe(503)
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  for (const peer of [deaf, silent]) expect(await peer.rest()).toHaveLength(0)
})
