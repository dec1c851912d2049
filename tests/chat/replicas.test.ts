import { randomUUID } from 'node:crypto'
import { type ClientOptions, createChatClient, type NewMessage } from '@polyservice-lab/clients'
import { ChatContainer, type StartedChatContainer } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { docker } from '../support/docker.ts'
import { until } from '../support/lab.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

const presenceTimeoutMs = 4_000
const network = `chat-${randomUUID()}`
const valkey = `${network}-valkey`
let replicas: StartedChatContainer[] = []

async function start(): Promise<StartedChatContainer> {
  return new ChatContainer()
    .withNetworkMode(network)
    .withEnvironment({
      REDIS_URL: `redis://${valkey}:6379`,
      PRESENCE_TIMEOUT_MS: String(presenceTimeoutMs),
      MESSAGES_BURST_MAX: '100000',
    })
    .start()
}

beforeAll(async () => {
  await docker('network', 'create', network)
  const image = process.env['VALKEY_IMAGE'] || 'valkey/valkey:8.1'
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
  await docker('run', '--detach', '--network', network, '--name', valkey, image, ...durable)
  replicas = await Promise.all([start(), start()])
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()))
  await docker('rm', '--force', '--volumes', valkey)
  await docker('network', 'rm', network)
})

const redisCli = async (...args: string[]) =>
  (await docker('exec', valkey, 'redis-cli', ...args)).stdout.trim()

async function ready(replica: StartedChatContainer | undefined, status: number): Promise<void> {
  const is = async () => (await fetch(`${replica?.adminUrl()}/readyz`)).status === status
  await until(is, `a replica answers ${status}`)
}

async function person(replica: number, name: string, options: ClientOptions = {}) {
  const session = await createChatClient({ ...options, ...replicas[replica]?.address() }).connect()
  const events: [string, string][] = []
  const messages: NewMessage[] = []
  session.on('user_online', ({ username }) => events.push(['online', username]))
  session.on('user_offline', ({ user_id }) => events.push(['offline', user_id]))
  session.on('user_joined', ({ user_id }) => events.push(['joined', user_id]))
  session.on('user_left', ({ user_id }) => events.push(['left', user_id]))
  session.on('new_message', (message) => messages.push(message))
  await session.login(name)
  await session.join('club')
  return { session, events, messages }
}

test('people on different replicas see each other, and messages have one order', async () => {
  const ada = await person(0, 'Ada')
  const bob = await person(1, 'Bob')
  await using _ada = ada.session
  await using _bob = bob.session
  await until(() => ada.events.some(([, name]) => name === 'Bob'), 'Bob is seen on the other replica')
  const sent = Array.from({ length: 50 }, (_, i) => [
    ada.session.send('club', `a${i}`),
    bob.session.send('club', `b${i}`),
  ])
  await Promise.all(sent.flat())
  await until(() => ada.messages.length >= 100 && bob.messages.length >= 100, 'all is heard by both')
  expect(ada.messages).toEqual(bob.messages)
  expect(ada.messages.map(({ seq }) => seq)).toEqual(
    ada.messages.map((_message, i) => (ada.messages[0]?.seq ?? 0) + i),
  )
  const { seq } = await ada.session.send('club', 'once', 'key')
  expect(await bob.session.send('club', 'once', 'key')).toMatchObject({ seq, repeated: true })
  await expect(ada.session.tell(bob.session.id, 'psst')).resolves.toEqual({ to: bob.session.id })
})

test('while Valkey is away it is told, and when it is back all is as before, with nothing doubled', async () => {
  const ada = await person(0, 'Ada')
  const bob = await person(1, 'Bob')
  await using _ada = ada.session
  await using _bob = bob.session
  const { seq, epoch } = await ada.session.send('club', 'before')
  await until(() => ada.events.some(([, name]) => name === 'Bob'), 'Bob is seen on the other replica')
  const before = ada.events.length
  await docker('stop', '--time', '5', valkey)
  const stoppedAt = performance.now()
  for (const replica of replicas) await ready(replica, 503)
  expect(await fetch(`${replicas[0]?.adminUrl()}/readyz`).then((response) => response.text())).toContain(
    'redis',
  )
  await expect(ada.session.send('club', 'away')).rejects.toMatchObject({ code: 'unavailable' })
  await expect(person(0, 'Eve')).rejects.toMatchObject({ code: 'unavailable' })
  await until(
    () => performance.now() - stoppedAt > 6_000,
    'it is away for longer than a replica may be silent',
  )
  await docker('start', valkey)
  for (const replica of replicas) await ready(replica, 200)
  expect(await bob.session.send('club', 'after')).toMatchObject({ seq: seq + 1, epoch })
  await until(() => ada.messages.some(({ message }) => message === 'after'), 'what is said then is heard')
  expect(ada.events.slice(before)).toEqual([])
})

test('people of a replica that is killed are announced gone, once, and resume on another', async () => {
  const ada = await person(0, 'Ada')
  const bob = await person(1, 'Bob')
  await using _ada = ada.session
  const id = bob.session.id
  const { epoch } = await bob.session.send('club', 'last words')
  const gone = () => ada.events.filter(([kind, who]) => kind === 'offline' && who === id)
  await replicas[1]?.signal('SIGKILL')
  await until(() => gone().length > 0, 'Bob is announced gone')
  const { seq } = await ada.session.send('club', 'meanwhile')
  await using eve = await createChatClient(replicas[0]?.address()).connect()
  const heard: string[] = []
  eve.on('new_message', ({ message }) => heard.push(message))
  await eve.login('Bob')
  expect(await eve.join('club', { after: seq - 1, epoch })).toMatchObject({ complete: true, replayed: 1 })
  expect(heard).toEqual(['meanwhile'])
  await replicas[1]?.start()
  await using back = await createChatClient(replicas[1]?.address()).connect()
  await back.login('Bob')
  expect(await back.history('club')).toMatchObject({ last_seq: seq })
  expect(gone()).toHaveLength(1)
})

test('when Valkey has lost its data, rooms begin anew, and nobody is announced who was there all the time', async () => {
  await ready(replicas[1], 200)
  const ada = await person(0, 'Ada')
  const bob = await person(1, 'Bob')
  await using _ada = ada.session
  await using _bob = bob.session
  const { epoch } = await ada.session.send('club', 'before')
  await until(() => ada.events.some(([, name]) => name === 'Bob'), 'Bob is seen on the other replica')
  await until(() => bob.messages.length > 0, 'what was said is heard')
  const before = ada.events.length
  await redisCli('FLUSHALL')
  await until(async () => {
    const { epoch: now, last_seq } = await ada.session.history('club').catch(() => ({ epoch, last_seq: 1 }))
    return now !== epoch && last_seq === 0
  }, 'the room has another epoch')
  await until(async () => {
    const sent = await bob.session.send('club', 'after').catch(() => undefined)
    return sent?.epoch !== epoch && sent !== undefined
  }, 'the other replica works')
  await until(() => ada.messages.some(({ message }) => message === 'after'), 'it is heard on both')
  expect(ada.messages.find(({ message }) => message === 'after')?.seq).toBe(1)
  expect(ada.events.slice(before)).toEqual([])
})

test('a replica that was paused announces its people anew, and they hear what was said meanwhile', async () => {
  const ada = await person(0, 'Ada')
  const bob = await person(1, 'Bob')
  await using _ada = ada.session
  await using _bob = bob.session
  const of = (who: string) => ada.events.filter(([, id]) => id === who).map(([kind]) => kind)
  await until(() => of(bob.session.id).includes('joined'), 'Bob is in the room')
  await replicas[1]?.pause()
  await until(() => of(bob.session.id).includes('offline'), 'Bob is announced gone')
  await ada.session.send('club', 'meanwhile')
  await replicas[1]?.unpause()
  await until(() => of(bob.session.id).length >= 4, 'Bob is announced anew')
  expect(of(bob.session.id)).toEqual(['joined', 'left', 'offline', 'joined'])
  await until(() => bob.messages.some(({ message }) => message === 'meanwhile'), 'Bob hears what was said')
  expect(bob.messages.filter(({ message }) => message === 'meanwhile')).toHaveLength(1)
  expect(await bob.session.send('club', 'back')).toMatchObject({ repeated: false })
})

test('the log is trimmed, and a replica that begins then knows all that is kept', async () => {
  await using ada = await createChatClient(replicas[0]?.address()).connect()
  await ada.login('Ada')
  await ada.join('long')
  const text = 'x'.repeat(4_000)
  const speakers = await Promise.all(
    Array.from({ length: 20 }, () => createChatClient(replicas[0]?.address()).connect()),
  )
  await Promise.all(
    speakers.map(async (speaker, i) => {
      await speaker.login(`Speaker ${i}`)
      for (let message = 0; message < 300; message += 1) await speaker.send('long', text)
      await speaker.close()
    }),
  )
  const { last_seq: last, first_seq, epoch } = await ada.history('long')
  expect(last).toBe(6_000)
  const entries = Number(await redisCli('XLEN', 'chat:log'))
  expect(entries).toBeLessThan(6_000)
  await replicas[1]?.signal('SIGTERM')
  await replicas[1]?.exitCode()
  await replicas[1]?.start()
  await ready(replicas[1], 200)
  await using bob = await createChatClient(replicas[1]?.address()).connect()
  await bob.login('Bob')
  expect(await bob.history('long')).toMatchObject({ epoch, first_seq, last_seq: last })
  expect(await bob.send('long', 'next')).toMatchObject({ seq: last + 1 })
})

test('a reset of one replica closes the clients of all', async () => {
  const ada = await person(0, 'Ada')
  const bob = await person(1, 'Bob')
  await replicas[0]?.reset()
  for (const { session } of [ada, bob])
    await expect(session.send('club', 'x')).rejects.toMatchObject({ code: 'unavailable' })
  await using eve = await createChatClient(replicas[1]?.address()).connect()
  await eve.login('Eve')
  await expect(eve.history('club')).rejects.toMatchObject({ code: 'not_found' })
})
