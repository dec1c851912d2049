import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { opcode, RawPeer } from './raw-peer.ts'

const lab = useLab(['ws-echo'], { HEARTBEAT_MS: '2000' })
const open = async () => RawPeer.open(await lab.service('ws-echo').address())

test.concurrent('ends a client that does not answer a ping, without a close', async () => {
  using peer = await open()
  expect(await peer.frame()).toMatchObject({ opcode: opcode.ping, masked: false })
  expect(await peer.rest()).toHaveLength(0)
})

test.concurrent('ends a client that sends messages and no pongs', async () => {
  using peer = await open()
  peer.send({ payload: 'I am busy' })
  const frames = await peer.frames(6)
  expect(frames.map((frame) => frame.opcode)).toEqual([...Array(5).fill(opcode.text), opcode.ping])
  peer.send({ payload: 'still busy' })
  expect(await peer.frames(5)).toHaveLength(5)
  expect(await peer.rest()).toHaveLength(0)
})

test.concurrent('keeps a client that answers its pings', async () => {
  using peer = await open()
  for (let i = 0; i < 4; i++) {
    const ping = await peer.frame()
    expect(ping.opcode).toBe(opcode.ping)
    peer.send({ opcode: opcode.pong, payload: ping.payload })
  }
  peer.send({ payload: 'here' })
  expect(await peer.frames(5)).toHaveLength(5)
})
