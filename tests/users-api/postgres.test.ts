import { randomBytes } from 'node:crypto'
import {
  createAuthenticationClient,
  createFilesClient,
  createPrivateUsersClient,
  createPublicUsersClient,
  LabError,
} from '@polyservice-lab/clients'
import type { NewUser } from '@polyservice-lab/contracts/users-api'
import {
  newPostgres,
  type StartedPostgres,
  type StartedUsersApiContainer,
  startPostgres,
  UsersApiContainer,
} from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { until } from '../support/lab.ts'
import { createFile, createPerson, fakers } from './support/people.ts'

let postgres: StartedPostgres
let replicas: [StartedUsersApiContainer, StartedUsersApiContainer]

beforeAll(async () => {
  postgres = await startPostgres(newPostgres().withTmpFs({ '/small': 'size=1m,mode=0700,uid=999,gid=999' }))
  const start = () =>
    new UsersApiContainer().withEnvironment({ LOGIN_RATE: '1' }).withPostgres(postgres).start()
  replicas = await Promise.all([start(), start()])
}, 180_000)

afterAll(async () => {
  for (const replica of replicas ?? []) await replica.stop()
  await postgres?.stop()
})

const readiness = (replica: StartedUsersApiContainer) =>
  fetch(`${replica.adminUrl()}/readyz`).then((response) => response.status)

const untilReady = () =>
  until(async () => (await Promise.all(replicas.map(readiness))).every((status) => status === 200), 'ready')

const codeOf = (error: unknown) => (error instanceof LabError ? error.code : error)

const noRetries = { retries: false } as const

describe('two replicas', () => {
  test('know each other’s users, tokens and files, and what is gone of them', async () => {
    const [a, b] = replicas
    const person = await createPerson(a)
    const onB = { ...b.address(), token: person.tokens.accessToken }
    expect(await createPrivateUsersClient(onB).getUserMe()).toEqual(person.user)
    const file = await createFile(person, 'x'.repeat(600_000))
    expect((await createFilesClient(onB).getFile(file.id)).id).toBe(file.id)
    const url = new URL(file.url)
    const at = (replica: StartedUsersApiContainer) =>
      `http://127.0.0.1:${replica.address().port}${url.pathname}`
    const part = await fetch(at(b), { headers: { Range: 'bytes=599990-' } })
    expect([part.status, await part.text()]).toEqual([206, 'x'.repeat(10)])
    expect((await fetch(at(a))).headers.get('etag')).toBe(part.headers.get('etag'))
    await createPrivateUsersClient(onB).deleteUser(person.user.id)
    await expect(person.users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect((await fetch(at(a))).status).toBe(404)
  })

  test('limit failed logins together', async () => {
    const [a, b] = replicas
    const { fields } = await createPerson(a)
    const login = (replica: StartedUsersApiContainer, password: string) =>
      createAuthenticationClient({ ...replica.address(), ...noRetries })
        .login({ ...fields, password })
        .then(() => 'ok', codeOf)
    expect(await login(a, 'wrong')).toBe('unauthenticated')
    expect([await login(b, fields.password), await login(a, 'wrong')]).toEqual([
      'resource_exhausted',
      'resource_exhausted',
    ])
  })

  test('find nothing under a text that PostgreSQL cannot hold, and refuse to keep it', async () => {
    const [a] = replicas
    const { users, user } = await createPerson(a)
    const { host, port } = a.address()
    expect((await fetch(`http://${host}:${port}/static/a%00b`)).status).toBe(404)
    const login = createAuthenticationClient(a.address()).login({
      email: 'a\0b@example.com',
      password: 'wrong',
    })
    await expect(login).rejects.toMatchObject({
      code: expect.stringMatching(/unauthenticated|invalid_argument/),
    })
    const update = users.updateUser(user.id, { firstName: 'a\0b' })
    await expect(update).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('tell a disk that is full, and go on with what needs no room', async () => {
    const person = await createPerson(replicas[0])
    await postgres.psql(`create tablespace small location '/small'`)
    await postgres.psql('alter table pieces set tablespace small')
    await expect(createFile(person, randomBytes(2_000_000).toString('hex'))).rejects.toMatchObject({
      code: 'insufficient_storage',
    })
    expect(await person.users.getUserMe()).toEqual(person.user)
    await postgres.psql('alter table pieces set tablespace pg_default')
    await createFile(person, randomBytes(2_000_000).toString('hex'))
  })
})

describe.each([
  ['is killed', () => postgres.kill(), () => postgres.start()],
  ['is frozen', () => postgres.pause(), () => postgres.unpause()],
  ['is cut off', () => postgres.disconnect(), () => postgres.reconnect()],
] as const)('under load, PostgreSQL %s and comes back', (_name, takeAway, bringBack) => {
  test('nothing acknowledged is lost, the others are told, and no service ends', async () => {
    const acknowledged: NewUser[] = []
    const refusals = new Set<unknown>()
    const isDone = new AbortController()
    const writers = replicas.flatMap((replica) =>
      Array.from({ length: 4 }, async () => {
        const client = createPublicUsersClient({ ...replica.address(), ...noRetries, timeoutMs: 20_000 })
        while (!isDone.signal.aborted) {
          const user = fakers.user()
          await client.createUser(user).then(
            () => acknowledged.push(user),
            (error: unknown) => refusals.add(codeOf(error)),
          )
        }
      }),
    )
    await until(() => acknowledged.length > 10, 'users are created')
    await takeAway()
    await until(() => refusals.size > 0, 'calls are refused')
    await until(async () => (await Promise.all(replicas.map(readiness))).every((s) => s === 503), 'not ready')
    await bringBack()
    await untilReady()
    const before = acknowledged.length
    await until(() => acknowledged.length > before + 10, 'users are created again')
    isDone.abort()
    await Promise.all(writers)

    expect([...refusals]).toEqual(['unavailable'])
    const [a] = replicas
    const client = createPublicUsersClient(a.address())
    for (const user of acknowledged)
      await expect(client.createUser(user)).rejects.toMatchObject({ code: 'already_exists' })
    const { stdout } = await docker(
      'inspect',
      '--format',
      '{{.State.Status}} {{.RestartCount}}',
      ...replicas.map((r) => r.getId()),
    )
    expect(stdout.trim().split('\n')).toEqual(['running 0', 'running 0'])
  }, 120_000)
})
