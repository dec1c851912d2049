import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { AnswerBudget } from './answer-budget.ts'
import { ServerWebSocket } from './server-web-socket.ts'

/** The server's side of a connection, and the client's. */
async function connected() {
  const http = createServer().listen(0, '127.0.0.1')
  const perMessageDeflate = { serverNoContextTakeover: true }
  const server = new WebSocketServer({ server: http, perMessageDeflate, WebSocket: ServerWebSocket })
  await once(http, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  onTestFinished(() => {
    client.terminate()
    http.close()
  })
  const [[webSocket]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [
    [ServerWebSocket],
    [],
  ]
  return { client, webSocket }
}

test('the fields of ws that tell what it holds are there', async () => {
  const { client, webSocket } = await connected()
  expect([webSocket.compressionCost > 0, webSocket.isIdle]).toEqual([true, true])
  client.send('a fragment', { fin: false, compress: false })
  await expect.poll(() => webSocket.isIdle).toBe(false)
  expect(webSocket.unreadCost(1)).toBeGreaterThan(1)
  const message = once(webSocket, 'message')
  client.send(' and its end', { fin: true })
  expect(String((await message)[0])).toBe('a fragment and its end')
  expect(webSocket.isIdle).toBe(true)
  webSocket.releaseCompression()
  const failed = once(webSocket, 'error')
  webSocket.failReading(new Error('enough'))
  expect(String((await failed)[0])).toContain('enough')
})

/** A connection that wants to answer with so many bytes. */
function sender(budget: AnswerBudget, bytes: number) {
  const log: string[] = []
  const self = {
    log,
    isUnread: true,
    answer: () => {
      if (!budget.admit(self, bytes)) return
      log.push('answered')
      budget.hold(self, 0, bytes)
    },
    terminate: () => {
      log.push('cut off')
      budget.forget(self, bytes)
    },
  }
  return self
}

const long = 500_000

test('answers wait for room, in their order, and short ones pass', () => {
  const budget = new AnswerBudget(3 * long)
  const [first, second, third, fourth] = Array.from({ length: 4 }, () => sender(budget, long))
  const short = sender(budget, 100)
  for (const one of [first, second, third, fourth, short]) one?.answer()
  expect([first, second, third, fourth, short].map((one) => one?.log.length)).toEqual([1, 1, 0, 0, 1])
  if (first) budget.hold(first, long, 0)
  expect([third?.log.length, fourth?.log.length]).toEqual([1, 0])
})

test('an answer that is the only one has room, however long', () => {
  const only = sender(new AnswerBudget(1), long)
  only.answer()
  expect(only.log).toEqual(['answered'])
})

test('cuts off the client that has not read for longest, where nobody who waits was served', () => {
  const budget = new AnswerBudget(3 * long)
  const [first, second, third] = Array.from({ length: 3 }, () => sender(budget, long))
  for (const one of [first, second, third]) one?.answer()
  budget.sweep()
  expect(first?.log).toEqual(['answered'])
  budget.sweep()
  expect([first?.log, second?.log, third?.log]).toEqual([['answered', 'cut off'], ['answered'], ['answered']])
  budget.sweep()
  budget.sweep()
  expect(second?.log).toEqual(['answered'])
})
