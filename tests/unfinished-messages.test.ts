import { describe, expect, test } from 'vitest'
import { until, useLab } from './support/lab.ts'
import { type Opening, subjects, tabledServices } from './support/subject.ts'

/** Digits are text in every protocol, and JSON. */
const message = (bytes: number) => Buffer.alloc(bytes, '1')

const services = tabledServices.flatMap((name) => {
  const { unfinished } = subjects[name]
  return unfinished === undefined ? [] : [[name, unfinished] as const]
})

describe.each(services)('%s', (name, { begin, bytesMax, refusal, answer, environment = {} }) => {
  const isRefused = (client: Opening) => client.heard().includes(refusal)
  const isAnswered = (client: Opening) => client.heard().includes(answer)

  describe('with room for the messages of one client', () => {
    const lab = useLab([name], { RECEIVE_BYTES_MAX: '20000' })

    test('refuses one of two that have begun, and answers the other and whoever comes then', async () => {
      const address = await lab.service(name).address()
      await using first = await begin(address, message(15_000))
      await using second = await begin(address, message(15_000))
      const both = [first, second]
      await until(() => both.some(isRefused), 'one is refused')
      const other = isRefused(first) ? second : first
      other.finish()
      await until(() => isAnswered(other), 'the other is answered')
      await using third = await begin(address, message(15_000))
      third.finish()
      await until(() => isAnswered(third), 'the third is answered')
    })
  })

  describe('with more clients than memory', () => {
    const lab = useLab([name], environment)
    const memoryBytes = 512 * 2 ** 20
    const budgetBytes = 64 * 2 ** 20

    test('keeps as many messages as there is room for, refuses the others, and answers', async () => {
      const address = await lab.service(name).address()
      const large = message(bytesMax)
      const count = Math.ceil((1.2 * memoryBytes) / bytesMax)
      await using stack = new AsyncDisposableStack()
      const clients = await Promise.all(Array.from({ length: count }, () => begin(address, large)))
      for (const client of clients) stack.use(client)
      const refusals = () => clients.filter(isRefused).length
      const roomFor = Math.floor(budgetBytes / bytesMax)
      await until(() => refusals() >= count - roomFor - 1, 'those without room are refused')
      await using small = await begin(address, message(10))
      small.finish()
      await until(() => isAnswered(small), 'a small message is answered')
      expect(await lab.service(name).readLogs()).not.toMatch(/"level":"(error|fatal)"/)
    })
  })
})
