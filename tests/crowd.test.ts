import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { type Address, startLab, until } from './support/lab.ts'
import { startLoad } from './support/load.ts'
import { subjects, tabledServices } from './support/subject.ts'

vi.setConfig({ testTimeout: 180_000 })

const connectionsMax = 300
/** Places that a crowd leaves: for the workers of a load, and what they have left behind. */
const spare = 12
/** How long a service may wait for the first request of a client, whatever it is told. */
const patienceMs = 120_000

/** A client of a crowd. Disposing it hangs up. */
interface Client extends Disposable {
  readonly isOver: boolean
  say(words: Uint8Array): void
}

async function openClient({ host, port }: Address): Promise<Client> {
  const socket = connect(port, host)
  let isOver = false
  const end = () => {
    isOver = true
  }
  socket.on('error', end).on('end', end).on('close', end).resume()
  await once(socket, 'connect')
  return {
    get isOver() {
      return isOver
    },
    say: (words) => void socket.write(words),
    [Symbol.dispose]: () => socket.destroy(),
  }
}

async function openClients(address: Address, count: number, stack: DisposableStack): Promise<Client[]> {
  const clients: Client[] = []
  for (let i = 0; i < count; i += 1) clients.push(stack.use(await openClient(address)))
  return clients
}

/** What a client of each kind says of its hello, and after each second. */
const kinds: readonly [said: number, perSecond: number][] = [
  [0, 0],
  [0.5, 0],
  [0, 1],
]

/** As many clients as a service takes, which do not say what they came for. */
describe.concurrent.each(tabledServices)('%s', (name) => {
  const { crowd, ...subject } = subjects[name]
  const environment = { CONNECTIONS_MAX: String(connectionsMax), ...crowd.impatience }

  test('ends clients that are silent, stop within their hello or say a byte a second, and answers all others', async () => {
    await using lab = await startLab([name], environment)
    using stack = new DisposableStack()
    const service = lab.service(name)
    const clients = await openClients(service.address(), connectionsMax - spare, stack)
    for (const [i, client] of clients.entries()) {
      const [said, perSecond] = kinds[i % kinds.length] ?? [0, 0]
      let at = Math.floor(crowd.hello.length * said)
      if (at > 0) client.say(crowd.hello.subarray(0, at))
      if (perSecond === 0) continue
      const dribble = () => {
        // The last byte would make the hello whole.
        if (at < crowd.hello.length - 1 && !client.isOver) client.say(crowd.hello.subarray(at, ++at))
      }
      const timer = setInterval(dribble, 1_000)
      stack.defer(() => clearInterval(timer))
    }
    const load = startLoad({ ...subject, crowd }, service.address(), (begun) => begun >= 40)
    await load.ended
    expect(load.calls.filter(({ code }) => code !== 'ok')).toEqual([])
    expect((await fetch(`${service.adminUrl()}/readyz`)).status).toBe(200)
    expect((await service.exec(['node', '/app/health-check.mjs'])).exitCode).toBe(0)
    await until(() => clients.every(({ isOver }) => isOver), 'all of them are ended', patienceMs)
  })

  test('refuses one connection too many at once, and keeps those that are open', async () => {
    await using lab = await startLab([name], environment)
    using stack = new DisposableStack()
    const service = lab.service(name)
    const clients = await openClients(service.address(), connectionsMax, stack)
    for (const client of clients) client.say(crowd.hello)
    await until(
      async () => (await service.metric('lab_connections')) === connectionsMax,
      'it has all that it takes',
    )
    const one = stack.use(await openClient(service.address()))
    one.say(crowd.hello)
    await until(() => one.isOver, 'one too many is refused')
    expect(clients.filter(({ isOver }) => isOver)).toEqual([])
    expect((await fetch(`${service.adminUrl()}/readyz`)).status).toBe(200)
  })
})
