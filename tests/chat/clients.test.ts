import { type ClientOptions, createChatClient } from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'

const lab = useLab(['chat'])
const connect = (options: ClientOptions = {}) =>
  createChatClient({ ...options, ...lab.service('chat').address() }).connect()

test('two people talk, and each hears of each message once, in its order', async () => {
  await using ada = await connect()
  await using bob = await connect()
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
  await using ada = await connect({ retries: { retriesMax: 100, delayMs: 50, delayMsMax: 200 } })
  await using bob = await connect({ retries: { retriesMax: 100, delayMs: 50, delayMsMax: 200 } })
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
