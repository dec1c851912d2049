import type { LabError } from '@polyservice-lab/clients'
import { UserService } from '@polyservice-lab/contracts/shop/grpc'
import { afterEach, expect, test, vi } from 'vitest'
import { connectRaw, messageFrame, pathOf, type RawConnection } from '../course-grpc/support/raw-client.ts'
import { docker } from '../support/docker.ts'
import { until } from '../support/lab.ts'
import { useShopLab } from './support/shop-lab.ts'

const { listUsers } = UserService.method

vi.setConfig({ testTimeout: 180_000 })

const lab = useShopLab({ LOG_LEVEL: 'warn' })

/** Against a container with its usual memory: afterwards it is the same, never started again, and answers. */
afterEach(async () => {
  const format = '{{.State.Running}} {{.State.OOMKilled}} {{.RestartCount}}'
  const { stdout } = await docker('inspect', '--format', format, lab.service.getId())
  expect(stdout.trim()).toBe('true false 0')
  await lab.inFlight(0)
  await untilRead(1, 'Alice')
})

/** Resolves when a user is read; meanwhile the crowd may have all connections to the database. */
async function untilRead(id: number, name: string): Promise<void> {
  const read = () =>
    lab.client.getUser(id).then(
      (user) => user.name === name,
      (error: LabError) => {
        if (error.code !== 'unavailable') throw error
        return false
      },
    )
  await until(read, `user ${id} is read`, 60_000)
}

async function addUsers(count: number): Promise<void> {
  await lab.service.ownPostgres?.psql(`insert into users
    select n, repeat('n', 100), repeat('N', 100), n || '@x.cc', n || '@X.CC', 'user', now(), 1
    from generate_series(1001, ${1000 + count}) n`)
}

test('10,000 users are streamed, each once', async () => {
  await addUsers(10_000)
  const ids: number[] = []
  for await (const { id } of lab.client.streamUsers()) ids.push(id)
  expect(ids).toEqual([1, 2, 123, ...Array.from({ length: 10_000 }, (_, i) => 1001 + i)])
})

test('300 readers of 10,000 users who sleep take no memory that others need', async () => {
  await addUsers(10_000)
  const before = await lab.service.metric('lab_requests_total')
  await using stack = new AsyncDisposableStack()
  const connections: RawConnection[] = []
  for (let i = 0; i < 3; i++) connections.push(stack.use(await connectRaw(lab.service.address())))
  for (const connection of connections)
    for (let i = 0; i < 100; i++) {
      const { stream } = connection.open(pathOf(listUsers))
      stream.on('error', () => {}).pause()
      stream.end(messageFrame(listUsers.input, {}))
    }
  const metric = (name: string) => lab.service.metric(name).catch(() => Number.NaN)
  const begun = async () => (await metric('lab_requests_in_flight')) + (await metric('lab_requests_total'))
  await until(async () => (await begun()) >= before + 300, 'all have begun', 90_000)
  await untilRead(2, 'Bob')
})
