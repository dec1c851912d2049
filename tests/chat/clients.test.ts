import {
  type ChatConnectOptions,
  type ClientOptions,
  createChatClient,
  type WireEvent,
} from '@polyservice-lab/clients'
import { beforeEach, describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'

const lab = useLab(['chat'])
const edges = ['websocket', 'socket.io'] as const
const retries = { retriesMax: 100, delayMs: 50, delayMsMax: 200 }

function client(options: ClientOptions = {}) {
  return createChatClient({ ...options, ...lab.service('chat').address() })
}

beforeEach(() => lab.service('chat').reset())

describe.each(edges)('over %s', (edge) => {
  const connect = (options: ClientOptions = {}, over: ChatConnectOptions['edge'] = edge) =>
    client(options).connect({ edge: over })

  test('two people talk, and each hears of each message once, in its order', async () => {
    await using ada = await connect()
    await using bob = await connect({}, edges[0])
    const heard: string[] = []
    bob.on('new_message', ({ username, message }) => heard.push(`${username}: ${message}`))
    await ada.login('Ada')
    await bob.login('Bob')
    await bob.join('club')
    const { seq } = await ada.send('club', 'one', 'key')
    expect(await ada.send('club', 'one', 'key')).toMatchObject({ seq, repeated: true })
    await bob.send('club', 'two')
    expect(heard).toEqual(['Ada: one', 'Bob: two'])
    expect((await ada.history('club')).messages.map(({ message }) => message)).toEqual(['one', 'two'])
  })

  test('a refusal is an error with the code of the server', async () => {
    await using ada = await connect()
    await expect(ada.join('club')).rejects.toMatchObject({ code: 'unauthenticated' })
    await ada.login('Ada')
    await expect(ada.tell('nobody', 'x')).rejects.toMatchObject({ code: 'not_found' })
    await expect(ada.login('')).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('a lost connection is made again: name and rooms are as before, nothing is lost and nothing doubled', async () => {
    const service = lab.service('chat')
    await using ada = await connect({ retries })
    await using bob = await connect({ retries }, edges[0])
    const heard: string[] = []
    const resumed: unknown[] = []
    ada.on('new_message', ({ message }) => heard.push(message))
    ada.on('resumed', (event) => resumed.push(event))
    await ada.login('Ada')
    await ada.join('club')
    await bob.login('Bob')
    await bob.send('club', 'before')
    await service.signal('SIGTERM')
    await service.exitCode()
    await service.start()
    await until(() => resumed.length > 0, 'the session has resumed')
    await bob.send('club', 'after')
    await until(() => heard.includes('after'), 'what is said then is heard')
    expect(heard).toEqual(['before', 'after'])
  })

  test('a server that is not there is unavailable, and one that says no is told with its word', async () => {
    const nobody = createChatClient({ host: '127.0.0.1', port: 1 })
    await expect(nobody.connect({ edge })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a signal ends the opening, and a session that is open', async () => {
    await expect(client({ signal: AbortSignal.abort() }).connect({ edge })).rejects.toMatchObject({
      code: 'cancelled',
    })
    const ending = new AbortController()
    const ada = await client().connect({ edge, signal: ending.signal })
    await ada.login('Ada')
    ending.abort()
    await expect(ada.join('club')).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('a client that floods stays away, and is told why', async () => {
    await using ada = await connect({ retries })
    await ada.login('Ada')
    const sent = Array.from({ length: 100 }, (_, i) => ada.send('general', String(i)))
    const outcomes = await Promise.allSettled(sent)
    expect(outcomes.at(0)).toMatchObject({ status: 'fulfilled' })
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected' })
    await expect(ada.send('general', 'x')).rejects.toMatchObject({
      code: edge === 'websocket' ? 'failed_precondition' : 'resource_exhausted',
    })
  })

  test('what goes over the wire is told', async () => {
    const told: WireEvent[] = []
    await using ada = await connect({ onWire: (event) => told.push(event) })
    await ada.login('Ada')
    const texts = told.map(({ direction, text }) => `${direction} ${text}`)
    expect(texts.some((text) => text.startsWith('sent') && text.includes('login'))).toBe(true)
    expect(texts.some((text) => text.startsWith('received') && text.includes('user_online'))).toBe(true)
  })
})
