import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { Peer, useShop } from './support/shop.ts'

const eventsKeptMax = 20_000
const shop = useShop({ EVENTS_KEPT_MAX: String(eventsKeptMax) })

test('a reader whose place is no longer kept is told, and the next request too', async () => {
  await shop.fill(eventsKeptMax)
  using peer = new Peer(shop.live(), '?after=0')
  await peer.opened()
  peer.socket.pause()
  const { host, port } = shop.live().address()
  const stream = connect({ host, port })
  await once(stream, 'connect')
  stream.pause().write('GET /events/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  // All that they have not read goes.
  await shop.postgres.psql('update feed set seq = 2 * seq; delete from events')
  await shop.placeOrders(1)
  let text = ''
  stream.on('data', (bytes) => {
    text += String(bytes)
  })
  stream.resume()
  peer.socket.resume()
  await once(stream, 'end')
  expect(await peer.closed).toEqual([4410, 'events_gone'])
  // It ends with a whole event, and the last chunk of the response.
  expect(text.endsWith('\n\n\r\n0\r\n\r\n')).toBe(true)
  const last = Number(/.*^id: (\d+)$/ms.exec(text)?.[1])
  expect(last).toBeGreaterThan(0)
  expect(last).toBeLessThan(eventsKeptMax)
  const next = await shop.get(`/events/stream?after=${last}`)
  expect(next.status).toBe(410)
  expect(await next.json()).toMatchObject({ reason: 'events_gone', oldest: 2 * eventsKeptMax })
}, 300_000)
