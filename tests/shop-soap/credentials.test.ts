import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { call, envelope, getUser, operation, post, shop } from './support/envelopes.ts'

const secret = 'a secret of thirty-two bytes or more'
const lab = useLab(['shop-soap'], { AUTH: 'writes', SHOP_JWT_SECRET: secret })
const address = () => lab.service('shop-soap').address()

const oasis = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
const namespaces = `xmlns:wsse="${oasis}wssecurity-secext-1.0.xsd" xmlns:wsu="${oasis}wssecurity-utility-1.0.xsd"`
const profile = `${oasis}username-token-profile-1.0`

const authentication = (username: string, password: string, namespace = '') =>
  `<Authentication${namespace && ` xmlns="${namespace}"`}><username>${username}</username><password>${password}</password></Authentication>`
const security = (content: string) =>
  `<wsse:Security ${namespaces} soap:mustUnderstand="1">${content}</wsse:Security>`
const token = (username: string, password: string, more = '') =>
  security(
    `<wsse:UsernameToken><wsse:Username>${username}</wsse:Username>${password}${more}</wsse:UsernameToken>`,
  )
const passwordText = (password: string, type = `${profile}#PasswordText`) =>
  `<wsse:Password Type="${type}">${password}</wsse:Password>`

interface Digest {
  readonly password?: string
  readonly nonce?: Buffer
  readonly created?: string
}

/** @see Web Services Security UsernameToken Profile 1.0, 3.1 */
function digestToken({
  password = 'password123',
  nonce = randomBytes(16),
  created = timeIn(0),
}: Digest = {}) {
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64')
  return token(
    'admin',
    passwordText(digest, `${profile}#PasswordDigest`),
    `<wsse:Nonce>${nonce.toString('base64')}</wsse:Nonce><wsu:Created>${created}</wsu:Created>`,
  )
}

const timeIn = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
const expires = (time: string) =>
  security(
    `<wsu:Timestamp><wsu:Created>${timeIn(-1)}</wsu:Created><wsu:Expires>${time}</wsu:Expires></wsu:Timestamp>`,
  )

/** A JSON Web Token of the shop. */
async function bearer({ exp = 3600, key = secret } = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user: 'admin', iat: now, exp: now + exp })}`
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', Buffer.from(key), hmac, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', imported, Buffer.from(signed))
  return `Bearer ${signed}.${Buffer.from(signature).toString('base64url')}`
}

const rename = (header: string, headers: Readonly<Record<string, string>> = {}) =>
  call(address(), 'UpdateUser', '<id>1</id><name>Alice</name>', { header, headers })

describe.each([
  ['Authentication', authentication('admin', 'password123')],
  ['Authentication with the password of the other styles', authentication('admin', 'password')],
  ['Authentication of the namespace of the shop', authentication('admin', 'password123', shop)],
  [
    'Authentication with a prefix that its elements lack',
    `<u:Authentication xmlns:u="${shop}"><username>admin</username><password>password</password></u:Authentication>`,
  ],
  ['a UsernameToken with text', token('admin', passwordText('password123'))],
  ['a UsernameToken without a type', token('admin', '<wsse:Password>password</wsse:Password>')],
  ['both', authentication('admin', 'password') + token('admin', passwordText('password123'))],
  ['one beside a timestamp that holds', authentication('admin', 'password') + expires(timeIn(60))],
])('%s', (_name, header) => {
  test('is right', async () => {
    expect((await rename(header)).status).toBe(200)
  })
})

test.each([
  ['a digest', () => digestToken()],
  ['a digest of the password of the other styles', () => digestToken({ password: 'password' })],
  ['a digest of four minutes ago', () => digestToken({ created: timeIn(-240) })],
  ['a digest of four minutes ahead', () => digestToken({ created: timeIn(240) })],
  ['a digest whose time names no zone', () => digestToken({ created: timeIn(0).replace('Z', '') })],
])('%s is right', async (_name, header) => {
  expect((await rename(header())).status).toBe(200)
})

const twice = authentication('admin', 'x') + authentication('admin', 'password123')

test.each([
  ['none', () => ''],
  ['a block of another namespace', () => authentication('admin', 'password123', 'urn:x')],
  ['a timestamp alone', () => expires(timeIn(60))],
  ['a timestamp that has passed', () => authentication('admin', 'password123') + expires(timeIn(-1))],
  ['a timestamp that is none', () => authentication('admin', 'password123') + expires('soon')],
  ['a wrong password', () => authentication('admin', 'password1234')],
  ['a wrong name', () => authentication('root', 'password123')],
  ['nothing in Authentication', () => '<Authentication/>'],
  ['one of two that is wrong', () => twice],
  [
    'a right one beside a wrong token',
    () => authentication('admin', 'password123') + token('admin', passwordText('x')),
  ],
  ['a UsernameToken without a password', () => token('admin', '')],
  ['a type that is none', () => token('admin', passwordText('password123', 'urn:x'))],
  ['a wrong digest', () => digestToken({ password: 'x' })],
  ['a digest of six minutes ago', () => digestToken({ created: timeIn(-360) })],
  ['a digest of six minutes ahead', () => digestToken({ created: timeIn(360) })],
  ['a digest without a time', () => digestToken({ created: '' })],
  ['a digest whose time is none', () => digestToken({ created: 'now' })],
  ['a digest without a nonce', () => digestToken({ nonce: Buffer.alloc(0) })],
])('%s is unauthenticated', async (_name, header) => {
  const { status, faultCode, code } = await rename(header())
  expect([status, faultCode, code]).toEqual([400, 'Sender', 'unauthenticated'])
})

test('a wrong credential is refused for reads as well, before the request is looked at', async () => {
  const header = authentication('admin', 'x')
  for (const body of [getUser(), getUser('abc'), operation('DropUser', ''), ''])
    expect((await post(address(), envelope(body, { header }))).code).toBe('unauthenticated')
})

test('reads need none', async () => {
  expect((await post(address(), envelope(getUser()))).status).toBe(200)
})

test('a nonce works once', async () => {
  const nonce = randomBytes(16)
  const statuses = [
    digestToken({ nonce }),
    digestToken({ nonce }),
    digestToken({ nonce, created: timeIn(-60) }),
  ]
  expect([
    ...[(await rename(statuses[0] ?? '')).status, (await rename(statuses[1] ?? '')).code],
    (await rename(statuses[2] ?? '')).code,
  ]).toEqual([200, 'unauthenticated', 'unauthenticated'])
})

describe('a token', () => {
  test('is right in Authorization', async () => {
    expect((await rename('', { Authorization: await bearer() })).status).toBe(200)
  })

  test('that is wrong is refused, also beside a right password, and a wrong password beside a right token', async () => {
    const right = authentication('admin', 'password123')
    for (const Authorization of [
      await bearer({ exp: -1 }),
      await bearer({ key: 'x'.repeat(32) }),
      'Bearer x',
      'Basic YTpi',
    ])
      expect((await rename(right, { Authorization })).code).toBe('unauthenticated')
    const wrong = authentication('admin', 'x')
    expect((await rename(wrong, { Authorization: await bearer() })).code).toBe('unauthenticated')
  })
})

test('a block for another node is no credential', async () => {
  const block = authentication('admin', 'password123').replace(
    '<Authentication',
    '<Authentication soap:role="urn:x"',
  )
  expect((await rename(block)).code).toBe('unauthenticated')
})
