import { randomUUID } from 'node:crypto'
import { type ClientOptions, createChatClient, type NewMessage } from '@polyservice-lab/clients'
import { ChatContainer, type StartedChatContainer } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { docker } from '../support/docker.ts'
import { until } from '../support/lab.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

const network = `chat-${randomUUID()}`
const valkey = `${network}-valkey`
let replicas: StartedChatContainer[] = []

async function start(): Promise<StartedChatContainer> {
  return new ChatContainer()
    .withNetworkMode(network)
    .withEnvironment({
      REDIS_URL: `redis://${valkey}:6379`,
      PRESENCE_TIMEOUT_MS: '4000',
      MESSAGES_BURST_MAX: '1000',
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

async function person(replica: number, name: string, options: ClientOptions = {}) {
  const session = await createChatClient({ ...options, ...replicas[replica]?.address() }).connect()
  const events: [string, string][] = []
  const messages: NewMessage[] = []
  session.on('user_online', ({ username }) => events.push(['online', username]))
  session.on('user_offline', ({ user_id }) => events.push(['offline', user_id]))
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
  const ready = (replica: StartedChatContainer) => fetch(`${replica.adminUrl()}/readyz`)
  for (const replica of replicas)
    await until(async () => (await ready(replica)).status === 503, 'a replica says that it is not ready')
  expect(await (await ready(replicas[0] as StartedChatContainer)).text()).toContain('redis')
  await expect(ada.session.send('club', 'away')).rejects.toMatchObject({ code: 'unavailable' })
  await expect(person(0, 'Eve')).rejects.toMatchObject({ code: 'unavailable' })
  await until(
    () => performance.now() - stoppedAt > 6_000,
    'it is away for longer than a replica may be silent',
  )
  await docker('start', valkey)
  for (const replica of replicas)
    await until(async () => (await ready(replica)).status === 200, 'a replica is ready again')
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
