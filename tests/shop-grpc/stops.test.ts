import { setImmediate } from 'node:timers/promises'
import { UserService } from '@polyservice-lab/contracts/shop/grpc'
import type { StartedPostgres } from '@polyservice-lab/testcontainers'
import { expect, test } from 'vitest'
import { messageFrame, pathOf } from '../course-grpc/support/raw-client.ts'
import { docker } from '../support/docker.ts'
import { until } from '../support/lab.ts'
import { lockUser, waiting } from './support/database.ts'
import { useShopLab } from './support/shop-lab.ts'

const lab = useShopLab()
const { updateUser } = UserService.method
const update = messageFrame(updateUser.input, { id: '2', name: 'Robert', email: 'bob@example.com' })

function postgres(): StartedPostgres {
  const { ownPostgres } = lab.service
  if (ownPostgres === undefined) throw new Error('there is no PostgreSQL of its own')
  return ownPostgres
}

/** How many statements the server was asked to give up; those that took too long are told otherwise. */
async function cancelledStatements(): Promise<number> {
  const { stderr } = await docker('logs', postgres().container.getId())
  return stderr.split('canceling statement due to user request').length - 1
}

test.each([
  ['the client cancels', {}, 'cancelled'],
  ['the deadline passes', { 'grpc-timeout': '700m' }, 'deadline_exceeded'],
] as const)(
  'when %s, its statement ends on the server, and nothing is changed',
  async (_why, headers, outcome) => {
    const before = await cancelledStatements()
    const ended = await lab.outcomes('UpdateUser', outcome)
    await using _lock = await lockUser(postgres(), 2)
    const { stream, ...call } = lab.raw.open(pathOf(updateUser), headers)
    stream.on('error', () => {})
    stream.end(update)
    await waiting(postgres(), 1)
    if (outcome === 'cancelled') stream.close(8)
    else expect((await call.ended).status).toBe(4)
    await waiting(postgres(), 0)
    await until(async () => (await cancelledStatements()) === before + 1, 'the server has given it up')
    expect(await lab.outcomes('UpdateUser', outcome)).toBe(ended + 1)
    expect((await lab.client.getUser(2)).name).toBe('Bob')
  },
)

test('100 calls that are cancelled at once leave the connections to others', async () => {
  await using lock = await lockUser(postgres(), 2)
  const calls = Array.from({ length: 100 }, () => lab.raw.open(pathOf(updateUser)))
  for (const { stream } of calls) stream.on('error', () => {}).end(update)
  await waiting(postgres(), 10)
  for (const { stream } of calls) stream.close(8)
  await lab.inFlight(0)
  await waiting(postgres(), 0)
  expect((await lab.client.getUser(2)).name).toBe('Bob')
  await lock[Symbol.asyncDispose]()
  expect((await lab.client.updateUser(2, { name: 'Robert' })).version).toBe(2)
})

test('a deadline of nothing is DEADLINE_EXCEEDED, without work', async () => {
  const statements = await lab.service.metric('lab_postgres_query_seconds_count')
  for (let i = 0; i < 20; i++) {
    expect((await lab.raw.call(pathOf(updateUser), update, { 'grpc-timeout': '0m' })).status).toBe(4)
    await setImmediate()
  }
  expect((await lab.client.getUser(2)).name).toBe('Bob')
  // The feed is looked after meanwhile, and the last call has read its user.
  expect(await lab.service.metric('lab_postgres_query_seconds_count')).toBeLessThan(statements + 20)
})

test('SIGTERM: a unary call in flight finishes, and the process ends with 0', async () => {
  const lock = await lockUser(postgres(), 2)
  const { stream, ended } = lab.raw.open(pathOf(updateUser))
  stream.end(update)
  await waiting(postgres(), 1)
  const exit = lab.service.exitCode()
  await lab.service.signal('SIGTERM')
  await until(async () => (await lab.service.readLogs()).includes('draining'), 'it drains')
  await lock[Symbol.asyncDispose]()
  expect((await ended).status).toBe(0)
  expect(await exit).toBe(0)
  await lab.service.start()
})
