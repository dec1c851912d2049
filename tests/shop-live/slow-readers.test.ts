import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { until } from '../support/lab.ts'
import { handshake } from '../ws-echo/raw-peer.ts'
import { Peer, Stream, useShop } from './support/shop.ts'

const eventsKeptMax = 5_000
/** For readers of as much as that, on a machine that is busy. */
const patienceMs = 150_000
const shop = useShop({
  EVENTS_KEPT_MAX: String(eventsKeptMax),
  SEND_TIMEOUT_MS: '1500',
  // Clients that take nothing take no ping either.
  KEEPALIVE_MS: '600000',
})

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
/** A client that asks for all of the feed, and takes nothing of it. */
function openSilent(request: string): void {
  const { host, port } = shop.live().address()
  const socket = connect({ host, port })
  sockets.push(socket)
  socket
    .on('error', () => {})
    .pause()
    .write(request)
}

const streamRequest = 'GET /events/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n'
const socketRequest = handshake({}, 'GET /events/ws?after=0 HTTP/1.1')

test('readers that take nothing are cut off in time, hold little memory, and go on by any means', async () => {
  await shop.fill(eventsKeptMax)
  const before = await shop.live().metric('process_resident_memory_bytes')
  for (let i = 0; i < 20; i += 1) openSilent(i % 2 === 0 ? streamRequest : socketRequest)
  await until(async () => (await shop.live().metric('lab_connections')) >= 20, 'all of them are there')
  await until(async () => (await shop.live().metric('lab_connections')) < 5, 'they are cut off', patienceMs)
  const after = await shop.live().metric('process_resident_memory_bytes')
  expect(after - before).toBeLessThan(200 * 2 ** 20)
  const logs = await shop.live().readLogs()
  expect(logs).not.toMatch(/"level":"(error|fatal)"/)
  expect(logs).toContain('"outcome":"resource_exhausted"')

  using stream = await Stream.open(shop.live(), `?after=${eventsKeptMax - 500}`)
  await until(() => stream.seqs.length === 500, 'a reader that reads gets all')
  using peer = new Peer(shop.live(), `?after=${eventsKeptMax - 500}`)
  await until(() => peer.messages.length === 500, 'a WebSocket that reads gets all')
}, 300_000)

test('a reader that is slow and reads on gets every event, once and in order', async () => {
  await shop.fill(eventsKeptMax)
  using peer = new Peer(shop.live(), '?after=0')
  await peer.opened()
  let pauses = 0
  while (peer.messages.length < eventsKeptMax) {
    peer.socket.pause()
    pauses += 1
    await new Promise((resolve) => setImmediate(resolve))
    peer.socket.resume()
    const { length } = peer.messages
    await until(() => peer.messages.length > length || length === eventsKeptMax, 'more comes', patienceMs)
  }
  expect(pauses).toBeGreaterThan(1)
  expect(peer.messages.every(({ seq }, i) => seq === i + 1)).toBe(true)
}, 300_000)
