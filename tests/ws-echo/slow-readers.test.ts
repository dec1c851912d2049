import { setInterval } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { closePayload, opcode, RawPeer } from './raw-peer.ts'

const sendTimeoutMs = 2_000
/** The server looks at its clock once in SEND_TIMEOUT_MS, and buffers on the way still fill meanwhile. */
const patienceMs = 40_000
const lab = useLab(['ws-echo'], {
  BUFFER_BYTES_MAX: '65536',
  SEND_TIMEOUT_MS: String(sendTimeoutMs),
  CLOSE_TIMEOUT_MS: '4000',
})
const service = () => lab.service('ws-echo')

const messageBytes = 256 * 1024
/** 10 MiB of messages, 50 MiB of replies: more than all the buffers between here and there. */
const messages = Array.from({ length: 40 }, (_, i) => ({
  opcode: opcode.binary,
  payload: Buffer.alloc(messageBytes, i),
}))

test('holds back a client that does not read, and answers all of it when it reads', async () => {
  using peer = await RawPeer.open(await service().address())
  const before = await service().metric('lab_received_bytes_total')
  peer.send(...messages)
  const frames = [await peer.frame()]
  const received = (await service().metric('lab_received_bytes_total')) - before
  expect(received).toBeLessThan(messages.length * messageBytes)
  frames.push(...(await peer.frames(messages.length * 5 - 1)))
  frames.forEach(({ payload }, i) => {
    expect(payload.subarray(-messageBytes).equals(messages[Math.floor(i / 5)]?.payload ?? payload)).toBe(true)
  })
})

test('answers a flood of pings whose pongs fill the buffer again and again', async () => {
  using peer = await RawPeer.open(await service().address())
  const ping = { opcode: opcode.ping, payload: Buffer.alloc(125) }
  const pings = Array(10_000).fill(ping)
  peer.send(...pings)
  const pongs = await peer.frames(pings.length)
  expect(pongs.every((pong) => pong.opcode === opcode.pong)).toBe(true)
})

test('answers others while one does not read', async () => {
  using slow = await RawPeer.open(await service().address())
  slow.send(...messages)
  using quick = await RawPeer.open(await service().address())
  quick.send({ payload: 'quick' })
  expect(await quick.frames(5)).toHaveLength(5)
})

test('closes with 1013 clients that read nothing for SEND_TIMEOUT_MS, and not one that reads slowly', {
  timeout: 2 * patienceMs,
}, async () => {
  const connections = () => service().metric('lab_connections')
  const givenUp = async () => (await service().readLogs()).split('the client does not read').length - 1
  await until(async () => (await connections()) === 0, 'the clients of other tests are gone')
  const before = await givenUp()
  using slow = await RawPeer.open(await service().address())
  slow.send(...Array(12).fill({ opcode: opcode.binary, payload: Buffer.alloc(1024 * 1024) }))
  // Five replies of 1 MiB take this client longer than SEND_TIMEOUT_MS.
  let isOver = false
  const reading = readAtPace(slow, sendTimeoutMs / 4, () => isOver)
  using late = await RawPeer.open(await service().address())
  using deaf = await RawPeer.open(await service().address())
  for (const peer of [late, deaf]) peer.send(...messages)
  await until(async () => (await givenUp()) === before + 2, 'the server gives up', patienceMs)
  expect(await late.closeFrame()).toEqual({ code: 1013, reason: 'the client does not read its replies' })
  late.send({ opcode: opcode.close, payload: closePayload(1013) })
  expect(await givenUp()).toBe(before + 2)
  isOver = true
  await reading
  slow.socket.destroy()
  await until(async () => (await connections()) === 0, 'all connections are gone')
  expect(await service().metric('lab_requests_in_flight')).toBe(0)
})

/** Reads one frame, which must not be a close, every so many milliseconds. */
async function readAtPace(peer: RawPeer, everyMs: number, isOver: () => boolean): Promise<void> {
  for await (const _ of setInterval(everyMs)) {
    if (isOver()) return
    expect((await peer.frame()).opcode).toBe(opcode.binary)
  }
}
