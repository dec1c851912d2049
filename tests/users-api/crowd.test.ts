import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { type RunningService, until, useLab } from '../support/lab.ts'
import { createPerson, fakers, type Person } from './support/people.ts'
import { openRaw, type RawConnection } from './support/raw.ts'

/** When the container of a service was started, and how often. */
async function lifeOf(service: RunningService): Promise<string> {
  const format = '{{.Id}} {{.State.StartedAt}} {{.State.OOMKilled}} {{.RestartCount}}'
  return (await docker('inspect', '--format', format, service.getId())).stdout
}

/** Calls one after the other until it is stopped; how each ended. */
function keepCalling(call: () => Promise<{ status: number }>) {
  const statuses: number[] = []
  let isStopped = false
  const ended = (async () => {
    while (!isStopped) statuses.push((await call()).status)
  })()
  return {
    statuses,
    async stop() {
      isStopped = true
      await ended
      return statuses
    },
  }
}

async function expectOthersAnswered(service: RunningService, statuses: readonly number[]): Promise<void> {
  expect(statuses.length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status !== 200)).toEqual([])
  expect((await fetch(`${service.adminUrl()}/readyz`)).status).toBe(200)
}

/** A client that reads the beginning of an answer and no more. */
async function unread(service: RunningService, bytes: string): Promise<RawConnection> {
  const connection = await openRaw(service)
  const { socket } = connection
  const begun = Promise.race([once(socket, 'data'), once(socket, 'close')])
  socket.once('data', () => socket.pause())
  socket.write(bytes)
  await begun
  return connection
}

let stack: AsyncDisposableStack
let life: string
let person: Person

function useCrowd(env: Record<string, string>): { readonly service: RunningService } {
  const lab = useLab(['users-api'], env)
  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    life = await lifeOf(lab.service('users-api'))
    person = await createPerson(lab.service('users-api'))
  })
  afterEach(async () => {
    await stack.disposeAsync()
    expect(await lifeOf(lab.service('users-api'))).toBe(life)
    expect(await lab.service('users-api').readLogs()).not.toMatch(/"level":"(error|fatal)"/)
  })
  return {
    get service() {
      return lab.service('users-api')
    },
  }
}

describe('clients that stop within a body, or read the beginning of a page and no more', () => {
  const crowd = useCrowd({ CONNECTIONS_MAX: '200', REQUEST_TIMEOUT_MS: '4000', SEND_TIMEOUT_MS: '2000' })

  test('end by themselves; meanwhile others are answered', async () => {
    const { service } = crowd
    const stop = async () => {
      const connection = await openRaw(service)
      connection.socket.write(
        'POST /api/v1/users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
          'Content-Length: 1000\r\n\r\n{"email":',
      )
      return connection
    }
    // More than the buffers of the kernels hold.
    const many = 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20)
    const others = keepCalling(() => person.users.getUserMeApi({ timeoutMs: 25_000 }))
    const clients = Array.from({ length: 190 }, (_, i) => (i % 19 === 0 ? unread(service, many) : stop()))
    for (const connection of await Promise.all(clients)) stack.use(connection)
    await until(async () => (await service.metric('lab_connections')) < 10, 'they have been cut off')
    await expectOthersAnswered(service, await others.stop())
  })
})

describe('answers that nobody reads', () => {
  const crowd = useCrowd({
    SEND_BYTES_MAX: '8000000',
    SEND_TIMEOUT_MS: '4000',
    BODY_BYTES_MAX: '4000000',
  })

  test('are bounded over all clients and end; meanwhile others are answered', async () => {
    const { service } = crowd
    const { id: previewFileId } = await person.files.createFile({ directory: 'a', filename: 'b', bytes: 'c' })
    const fields = { previewFileId, createdByUserId: person.user.id, description: 'x'.repeat(3_000_000) }
    for (let i = 0; i < 2; i++) await person.courses.createCourse(fakers.course(fields))
    const list = `GET /api/v1/courses?userId=${person.user.id} HTTP/1.1\r\nHost: a\r\n`
    const head = `${list}Authorization: Bearer ${person.tokens.accessToken}\r\n\r\n`
    const others = keepCalling(() => person.users.getUserMeApi({ timeoutMs: 25_000 }))
    const opened = await Promise.all(Array.from({ length: 16 }, () => unread(service, head)))
    for (const connection of opened) stack.use(connection)
    const refused = opened.filter((connection) => connection.heard().includes('HTTP/1.1 503'))
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.heard()).toContain('too many answers wait to be read')
    const isOver = async () => (await service.metric('lab_requests_in_flight')) <= 1
    await until(isOver, 'the answers are sent or given up')
    await expectOthersAnswered(service, await others.stop())
    expect(await person.courses.getCoursesApi({ userId: person.user.id })).toMatchObject({ status: 200 })
  })
})
