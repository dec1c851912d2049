import { createLab, type HistoryMessage, type Lab, type WireEvent } from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { coreServiceNames, type ServiceName } from '@polyservice-lab/contracts/services'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { connect } from './support/connect.ts'

const lab = useLab(coreServiceNames)
const fakers = createFakers()

let events: WireEvent[]
let clients: Lab

beforeEach(async () => {
  events = []
  clients = connect(lab, {
    timeoutMs: 25_000,
    retries: { retriesMax: 1_000, delayMsMax: 200 },
    onWire: (event) => events.push(event),
  })
})

afterEach(() => clients[Symbol.asyncDispose]())

async function kill(name: ServiceName): Promise<void> {
  await lab.service(name).signal('SIGKILL')
  await lab.service(name).exitCode()
}

const retries = () => events.flatMap(({ retry }) => (retry ? [retry.number] : []))

test('FOLLOW goes on after kill -9 from the message after the last: none is lost, none comes twice', async () => {
  const followed: HistoryMessage[] = []
  const { promise: middle, resolve: reachMiddle } = Promise.withResolvers<void>()
  const following = (async () => {
    for await (const message of clients.history.follow()) {
      followed.push(message)
      if (followed.length === 100) reachMiddle()
      if (message.message === 'last') return
    }
  })()
  let isOver = false
  const appending = (async () => {
    for (let i = 1; !isOver; i++) await clients.history.send(`message ${i}`).catch(() => {})
  })()
  await middle
  await kill('tcp-history')
  await lab.service('tcp-history').start()
  isOver = true
  await appending
  await clients.history.send('last')
  await following

  await using session = await clients.history.open()
  const all: HistoryMessage[] = []
  for await (const message of session.read()) all.push(message)
  expect(followed).toEqual(all)
  expect(followed.map(({ sequence }) => Number(sequence))).toEqual(all.map((_, i) => i + 1))
  expect(retries().length).toBeGreaterThan(0)
})

test('an echo session goes on after kill -9: every message gets its five replies, each once', async () => {
  await using session = await clients.echo.connect()
  const messages = Array.from({ length: 60 }, (_, i) => `message ${i}`)
  const expected = messages.flatMap((message) =>
    [1, 2, 3, 4, 5].map((i) => `${i} Сообщение пользователя: ${message}`),
  )
  const replies: unknown[] = []
  const sends = messages.slice(0, 30).map((message) => session.send(message))
  for await (const reply of session.replies) {
    if (replies.push(reply) === 72) {
      await kill('ws-echo')
      sends.push(...messages.slice(30).map((message) => session.send(message)))
      await lab.service('ws-echo').start()
    }
    if (replies.length === expected.length) break
  }
  await Promise.all(sends)
  expect(replies).toEqual(expected)
  expect(retries().length).toBeGreaterThan(0)
})

test('a REST read waits for a service that is away', async () => {
  const account = fakers.user()
  await clients.users.createUser(account)
  await clients.as(account).users.getUserMe()
  await kill('users-api')
  const me = clients.as(account).users.getUserMe()
  await lab.service('users-api').start()
  expect((await me).email).toBe(account.email)
  expect(retries().length).toBeGreaterThan(0)
})

test('gRPC calls wait for a service that is away, reads and writes', async () => {
  await clients.catalogue.getCourse('api-course')
  await kill('course-grpc')
  const course = { courseId: 'again', title: 'Again', description: '' }
  const calls = Promise.all([
    clients.catalogue.getCourse('api-course'),
    clients.catalogue.createCourse(course),
  ])
  await lab.service('course-grpc').start()
  expect((await calls).map(({ courseId }) => courseId)).toEqual(['api-course', 'again'])
  expect(retries().length).toBeGreaterThan(0)
})

test('without retries every client says at once that nobody is there', async () => {
  await using once = createLab({ ports: { usersApi: 2, courseGrpc: 2, tcpHistory: 2, wsEcho: 2 } })
  const outcomes = await Promise.allSettled([
    once.users.createUser(fakers.user()),
    once.catalogue.getCourse('api-course'),
    once.history.send('hello'),
    once.history.follow().next(),
    once.echo.echo('hello'),
  ])
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'unavailable' } })
})
