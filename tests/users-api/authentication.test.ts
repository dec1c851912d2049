import {
  createApiClient,
  createAuthenticationClient,
  createPrivateUsersClient,
} from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { createPerson, fakers } from './support/people.ts'
import { forgeToken, secret } from './support/tokens.ts'

const lab = useLab(['users-api'], { JWT_SECRET_KEY: secret, LOGIN_RATE: '5' })

async function getMe(token: string) {
  return createPrivateUsersClient({ ...(await lab.service('users-api').address()), token }).getUserMe()
}

async function refresh(token: string) {
  return createAuthenticationClient(await lab.service('users-api').address()).refresh(token)
}

test('gives tokens with sub, iat, exp, jti and their kind', async () => {
  const { user, tokens } = await createPerson(lab.service('users-api'))
  const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const access = claims(tokens.accessToken)
  const later = claims(tokens.refreshToken)
  expect(access).toEqual({
    sub: user.id,
    kind: 'access',
    iat: expect.any(Number),
    exp: access.iat + 30 * 60,
    jti: expect.any(String),
  })
  expect(later).toMatchObject({ kind: 'refresh', exp: later.iat + 60 * 24 * 60 * 60 })
  expect(later.jti).not.toBe(access.jti)
})

test('takes a token that was signed with its key', async () => {
  const { user } = await createPerson(lab.service('users-api'))
  expect(await getMe(forgeToken(user.id))).toEqual(user)
})

const now = Math.floor(Date.now() / 1000)

test.each([
  ['another key', (id: string) => forgeToken(id, {}, { key: `another ${secret}` })],
  ['no signature', (id: string) => forgeToken(id, {}, { alg: 'none' })],
  ['another algorithm', (id: string) => forgeToken(id, {}, { alg: 'HS512' })],
  ['a time that is over', (id: string) => forgeToken(id, { exp: now - 1 })],
  ['no end', (id: string) => forgeToken(id, { exp: undefined })],
  ['no kind', (id: string) => forgeToken(id, { kind: undefined })],
  ['an unknown kind', (id: string) => forgeToken(id, { kind: 'admin' })],
  ['the kind refresh', (id: string) => forgeToken(id, { kind: 'refresh' })],
  ['no user', () => forgeToken('')],
  ['a user that is an object', () => forgeToken({ toString: 1 } as never)],
])('refuses a token with %s', async (_name, forge) => {
  const { user } = await createPerson(lab.service('users-api'))
  await expect(getMe(forge(user.id))).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'Invalid or expired token',
  })
})

test('refuses a refresh token as an access token, and the other way round', async () => {
  const { tokens } = await createPerson(lab.service('users-api'))
  await expect(getMe(tokens.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(refresh(tokens.accessToken)).rejects.toMatchObject({
    code: 'unauthenticated',
    message: 'Invalid or expired refresh token',
  })
  expect((await refresh(tokens.refreshToken)).refreshToken).toBe(tokens.refreshToken)
})

test('refuses both tokens of a user who is gone, though it knew them', async () => {
  const { users, user, tokens } = await createPerson(lab.service('users-api'))
  await users.getUserMe()
  await users.deleteUser(user.id)
  await expect(users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('counts every byte of a long password', async () => {
  const password = 'p'.repeat(100)
  const { fields } = await createPerson(lab.service('users-api'), { password })
  const client = createAuthenticationClient(await lab.service('users-api').address())
  const shorter = { ...fields, password: `${password.slice(0, -1)}q` }
  await expect(client.login(shorter)).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('limits logins that fail, and says when to come back', async () => {
  const { fields } = await createPerson(lab.service('users-api'))
  const api = createApiClient(await lab.service('users-api').address())
  const login = (password: string) =>
    api.post('/api/v1/authentication/login', { json: { email: fields.email, password } })
  const statuses = []
  for (let i = 0; i < 6; i++) statuses.push((await login('wrong')).status)
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  const limited = await login(fields.password)
  expect(limited.status).toBe(429)
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
  const other = await createPerson(lab.service('users-api'))
  expect(other.tokens.tokenType).toBe('bearer')
})

test('does not limit logins that are right, however many at once', async () => {
  const { fields } = await createPerson(lab.service('users-api'))
  const client = createAuthenticationClient(await lab.service('users-api').address())
  const logins = await Promise.allSettled(Array.from({ length: 35 }, () => client.login(fields)))
  expect(logins.filter(({ status }) => status === 'rejected')).toEqual([])
})

test('takes a token in its one spelling only', async () => {
  const { tokens, user } = await createPerson(lab.service('users-api'))
  const token = tokens.accessToken
  expect(await getMe(token)).toEqual(user)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) ?? '')
  const sameBytes = [1, 2, 3].map((bits) => token.slice(0, -1) + alphabet[last | bits])
  for (const other of [...sameBytes, `${token}=`])
    if (other !== token) await expect(getMe(other)).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('takes one blank between Bearer and the token', async () => {
  const { tokens } = await createPerson(lab.service('users-api'))
  const api = createApiClient(await lab.service('users-api').address())
  const ask = (authorization: string) => api.get('/api/v1/users/me', { headers: { authorization } })
  expect(await ask(`bearer ${tokens.accessToken}`)).toMatchObject({ status: 200 })
  expect(await ask(`Bearer  ${tokens.accessToken}`)).toMatchObject({
    status: 401,
    body: { detail: 'Invalid or expired token' },
  })
})

test('does not limit logins that succeed', async () => {
  const { fields } = await createPerson(lab.service('users-api'))
  const client = createAuthenticationClient(await lab.service('users-api').address())
  for (let i = 0; i < 8; i++) await client.login(fields)
})

test('writes no secret to its log', async () => {
  const { fields, tokens } = await createPerson(lab.service('users-api'))
  const logs = await lab.service('users-api').readLogs()
  for (const text of [fields.password, tokens.accessToken, tokens.refreshToken, secret])
    expect(logs).not.toContain(text)
})

test('makes exactly one user of many requests with one email', async () => {
  const service = lab.service('users-api')
  const email = fakers.email()
  const people = await Promise.allSettled(Array.from({ length: 12 }, () => createPerson(service, { email })))
  const [made] = people.filter((person) => person.status === 'fulfilled')
  expect(people.filter((person) => person.status === 'fulfilled')).toHaveLength(1)
  for (const person of people)
    if (person !== made)
      expect(person).toMatchObject({
        reason: { code: 'already_exists', message: `User with email ${email} already exists` },
      })
})
