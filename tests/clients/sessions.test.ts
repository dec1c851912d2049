import {
  type AuthenticationClient,
  createAuthenticationClient,
  createCoursesClient,
  createPrivateUsersClient,
  createPublicUsersClient,
  createSession,
  type SessionStart,
  type WireEvent,
} from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import type { NewUser } from '@polyservice-lab/contracts/users-api'
import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { forgeToken, secret } from '../users-api/support/tokens.ts'

const lab = useLab(['users-api'], { JWT_SECRET_KEY: secret })
const fakers = createFakers()

/** A user, clients of a session that begins with what `start` makes, and what their requests were. */
async function person(
  start: (account: NewUser, authentication: AuthenticationClient) => Promise<SessionStart>,
) {
  const address = await lab.service('users-api').address()
  const account = fakers.user()
  const user = await createPublicUsersClient(address).createUser(account)
  const lines: string[] = []
  const onWire = ({ direction, text }: WireEvent) => {
    if (direction === 'sent') lines.push(text.split(' HTTP/', 1)[0] ?? '')
  }
  const options = { ...address, onWire, timeoutMs: 20_000 }
  const begun = await start(account, createAuthenticationClient(address))
  const session = createSession(createAuthenticationClient(options), begun)
  const users = createPrivateUsersClient({ ...options, session })
  const courses = createCoursesClient({ ...options, session })
  const count = (route: string) =>
    lines.filter((line) => line === `POST /api/v1/authentication/${route}`).length
  return { user, users, courses, count, address }
}

const expired = (sub: string) => forgeToken(sub, { exp: 1 })

test('logs in once for all clients of an account, when they first need it', async () => {
  const { user, users, courses, count } = await person(async (account) => ({ account }))
  expect(count('login')).toBe(0)
  const calls = [users.getUserMe(), users.getUser(user.id), courses.getCourses({ userId: user.id })]
  expect((await Promise.all(calls))[0]).toEqual(user)
  expect(count('login')).toBe(1)
})

test('refreshes once for fifty calls whose access token has expired', async () => {
  const { user, users, count } = await person(async (account, authentication) => ({
    tokens: { ...(await authentication.login(account)), accessToken: expired(crypto.randomUUID()) },
  }))
  const all = await Promise.all(Array.from({ length: 50 }, () => users.getUserMe()))
  expect(all).toEqual(all.map(() => user))
  expect([count('refresh'), count('login')]).toEqual([1, 0])
})

test('logs in again, once, where the refresh token is dead too', async () => {
  const dead = expired(crypto.randomUUID())
  const tokens = { tokenType: 'bearer', accessToken: dead, refreshToken: dead } as const
  const { user, users, count } = await person(async (account) => ({ account, tokens }))
  const all = await Promise.all(Array.from({ length: 20 }, () => users.getUserMe()))
  expect(all).toEqual(all.map(() => user))
  expect([count('refresh'), count('login')]).toEqual([1, 1])
})

test('fails with the error of the refresh where there is no account to log in with', async () => {
  const dead = expired(crypto.randomUUID())
  const { users, count } = await person(async () => ({
    tokens: { tokenType: 'bearer', accessToken: dead, refreshToken: dead },
  }))
  await expect(users.getUserMe()).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'Invalid or expired refresh token',
  })
  expect(count('refresh')).toBe(1)
})

test('does not go round in circles: a call that is refused with new tokens too is refused', async () => {
  const { user, users, count } = await person(async (account) => ({ account }))
  await users.getUserMe()
  await users.deleteUser(user.id)
  await expect(users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })
  expect([count('refresh'), count('login')]).toEqual([1, 2])
})

test('a login that failed is tried again by the next call', async () => {
  const missing = fakers.user()
  const { users, address } = await person(async () => ({ account: missing }))
  await expect(users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })
  await createPublicUsersClient(address).createUser(missing)
  expect((await users.getUserMe()).email).toBe(missing.email)
})

test('one caller that gives up does not end the login of the others', async () => {
  const { user, users, count } = await person(async (account) => ({ account }))
  const controller = new AbortController()
  const given = users.getUserMe({ signal: controller.signal })
  const others = users.getUserMe()
  controller.abort()
  await expect(given).rejects.toMatchObject({ code: 'cancelled' })
  expect(await others).toEqual(user)
  expect(count('login')).toBe(1)
})
