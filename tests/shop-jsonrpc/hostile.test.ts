import { createShopJsonRpcClient } from '@polyservice-lab/clients'
import { describe, expect, test, vi } from 'vitest'
import { type RunningService, useLab } from '../support/lab.ts'
import { answerTo, post, request } from './rpc.ts'

vi.setConfig({ testTimeout: 120_000 })

const mebibyte = 1_048_576
const crowd = 12

/** Calls of somebody else while something goes on: how many were answered, and as they should be. */
async function othersAreAnswered(service: RunningService, isOver: () => boolean): Promise<number> {
  const client = createShopJsonRpcClient({ ...service.address(), timeoutMs: 60_000 })
  let answered = 0
  while (!isOver() || answered < 20) {
    expect((await client.getUser(1)).name).toBe('Alice')
    answered += 1
  }
  return answered
}

async function isUnharmed(service: RunningService): Promise<void> {
  expect(await service.readLogs()).not.toMatch(/"level":"(error|fatal)"/)
  expect((await fetch(`${service.adminUrl()}/readyz`)).status).toBe(200)
}

/** Pads a text with white space before its last character, to as many bytes as a message may have. */
const padded = (text: string) => text.slice(0, -1).padEnd(mebibyte - 1) + text.slice(-1)

describe('hostile messages', () => {
  const lab = useLab(['shop-jsonrpc'])
  const service = () => lab.service('shop-jsonrpc')

  test.each<[name: string, message: () => string]>([
    ['a million small arrays', () => `[${'[],'.repeat(349_000)}[]]`],
    [
      'a batch whose first entry waits and whose others are bombs',
      () => {
        const call = '{"jsonrpc":"2.0","method":"listUsers","id":1}'
        const bomb = `{"jsonrpc":"2.0","method":"sum","params":[${'{},'.repeat(3300)}{}],"id":2}`
        return `[${call},${Array.from({ length: 99 }, () => bomb).join()}]`
      },
    ],
    [
      'a million numbers',
      () => `{"jsonrpc":"2.0","method":"sum","params":[${'1,'.repeat(524_000)}1],"id":1}`,
    ],
    ['arrays in arrays', () => '['.repeat(mebibyte)],
    [
      'objects in objects as params',
      () => {
        const deep = `${'{"a":'.repeat(80_000)}1${'}'.repeat(80_000)}`
        return `{"jsonrpc":"2.0","method":"getUser","params":${deep},"id":1.5}`
      },
    ],
    [
      'names that nobody knows',
      () => {
        const members = Array.from({ length: 60_000 }, (_, i) => `"member${i}":1`)
        return `{"jsonrpc":"2.0","method":"getUser","params":{${members.join()}},"id":1}`
      },
    ],
    [
      'one long name',
      () => `{"jsonrpc":"2.0","method":"getUser","params":{"${'x'.repeat(1_000_000)}":1},"id":1}`,
    ],
    ['one long method', () => `{"jsonrpc":"2.0","method":"${'x'.repeat(1_000_000)}","id":1}`],
    [
      'a name of white space',
      () => `{"jsonrpc":"2.0","method":"createUser","params":[" ${' '.repeat(1_000_000)}","x"],"id":1}`,
    ],
    [
      'wrong items by the thousand',
      () => {
        const items = `[${'{"productId":0},'.repeat(60_000)}1]`
        return `{"jsonrpc":"2.0","method":"placeOrder","params":[1,${items}],"id":1}`
      },
    ],
    ['white space alone', () => ' '.repeat(mebibyte)],
  ])('%s: from a crowd, each is told so in fewer bytes, and others are answered', async (_name, message) => {
    const text = message()
    let open = crowd
    const send = async () => {
      const response = await post(service().address(), text)
      const body = await response.text()
      open -= 1
      // Beyond the budget of all, a message is not read.
      return [200, 503].includes(response.status) && body.length < text.length
    }
    const all = Promise.all(Array.from({ length: crowd }, send))
    await othersAreAnswered(service(), () => open === 0)
    expect((await all).filter((isFine) => !isFine)).toEqual([])
    await isUnharmed(service())
  })

  test('a text of a megabyte comes back as the id that it is', async () => {
    const id = 'é'.repeat(500_000)
    const message = JSON.stringify({ jsonrpc: '2.0', method: 'sum', params: [1], id })
    expect(await answerTo(service().address(), message)).toEqual({ jsonrpc: '2.0', result: 1, id })
    const large = await post(service().address(), padded(request('sum', [1])))
    expect([large.status, await large.json()]).toEqual([200, { jsonrpc: '2.0', result: 1, id: 1 }])
  })
})

describe('answers by the megabyte', () => {
  const lab = useLab(['shop-jsonrpc'])
  const service = () => lab.service('shop-jsonrpc')

  /** As many orders of as many items as a page and an order may have. */
  async function fill(): Promise<void> {
    const items = Array.from({ length: 50 }, () => ({ productId: 309, quantity: 999 }))
    const orders = Array.from({ length: 100 }, (_, id) => ({
      ...{ jsonrpc: '2.0', method: 'placeOrder', params: [2, items], id },
    }))
    expect(await answerTo(service().address(), JSON.stringify(orders))).toHaveLength(100)
  }

  const pages = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, id) => ({
        ...{ jsonrpc: '2.0', method: 'listOrders', params: { userId: 2, limit: 100 }, id },
      })),
    )

  test('a batch of pages is answered as far as ANSWER_BYTES_MAX, and what follows is told so', async () => {
    await fill()
    const batch = JSON.parse(pages(99))
    const cancel = { jsonrpc: '2.0', method: 'cancelOrder', params: [101], id: 'last' }
    const answers = (await answerTo(service().address(), JSON.stringify([...batch, cancel]))) as {
      result?: { items: unknown[] }
      error?: { code: number }
      id: unknown
    }[]
    expect(answers.map(({ id }) => id)).toEqual([...Array.from({ length: 99 }, (_, i) => i), 'last'])
    const answered = answers.filter(({ result }) => result !== undefined)
    expect(answered.length).toBeGreaterThan(5)
    expect(answered.length).toBeLessThan(30)
    expect(answers.slice(answered.length).every(({ error }) => error?.code === -32_008)).toBe(true)
    expect(await answerTo(service().address(), request('getOrder', [101]))).toMatchObject({
      result: { status: 'placed' },
    })
  })
})
