import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createHistoryClient, type HistoryClient } from '@polyservice-lab/clients'
import { beforeEach, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { exchange, openRaw } from './raw-socket.ts'

// No pause ends a message here, however long a piece of it takes to arrive; those that one ends are in plain-limits.
const lab = useLab(['tcp-history'], { MESSAGE_GAP_MS: '60000', MESSAGE_BYTES_MAX: '3000' })
const service = () => lab.service('tcp-history')
let client: HistoryClient

beforeEach(async () => {
  await service().reset()
  const { host, port } = await service().address()
  client = createHistoryClient({ host, port })
})

/** Resolves, after each piece, when the server has read it. */
async function arrival() {
  let expected = await service().metric('lab_received_bytes_total')
  return async (bytes: number) => {
    expected += bytes
    await until(
      async () => (await service().metric('lab_received_bytes_total')) >= expected,
      'the piece is read',
    )
  }
}

async function send(...pieces: (string | Uint8Array)[]): Promise<string> {
  const arrived = pieces.length > 1 ? await arrival() : async () => {}
  return exchange(await service().address(), pieces, { arrived })
}

async function history(): Promise<readonly string[]> {
  const messages = await client.send('the end')
  return messages.slice(0, -1)
}

test('answers each client with the history up to its own message', async () => {
  expect(await client.send('first')).toEqual(['first'])
  expect(await client.send('second')).toEqual(['first', 'second'])
  expect(await client.send('first')).toEqual(['first', 'second', 'first'])
})

test('the answer is the messages joined by line breaks, and nothing else', async () => {
  await send('a')
  expect(await send('b')).toBe('a\nb')
})

test.each([
  ['one short read', ['hello'], 'hello'],
  ['a newline', ['hello\n'], 'hello'],
  ['a carriage return and a newline', ['hello\r\n'], 'hello'],
  ['the first newline of a read', ['hello\nand more\nand more'], 'hello'],
  ['a newline after two reads', ['x'.repeat(1024), 'yz\n'], `${'x'.repeat(1024)}yz`],
  ['a newline after another version', ['HISTORY/2\n'], 'HISTORY/2'],
  ['the line end of a preface with a carriage return', ['HISTORY/1\r\n'], 'HISTORY/1'],
  [
    'a newline after an emoji that was cut in two',
    [Buffer.from('🎉').subarray(0, 2), Buffer.from('🎉\n').subarray(2)],
    '🎉',
  ],
  [
    'a newline after an emoji that was cut in four',
    [...Buffer.from('🎉')].map((byte) => Buffer.of(byte)).concat(Buffer.from('\n')),
    '🎉',
  ],
])('a message ends with %s', async (_, pieces, message) => {
  expect(await send(...pieces)).toBe(message)
})

test('a message ends with the half-close', async () => {
  const address = await service().address()
  expect(await exchange(address, ['x'.repeat(2000)], { halfClose: true })).toBe('x'.repeat(2000))
})

test.each([
  ['spaces', '  a  '],
  ['a NUL', 'a\0b'],
  ['a byte order mark', '\ufeffa'],
  ['a carriage return in the middle', 'a\rb'],
  ['letters of every length', 'aé€🎉'],
  ['as many bytes as are allowed', 'é'.repeat(1500)],
])('keeps %s', async (_, message) => {
  expect(await client.send(message)).toEqual([message])
  expect(await history()).toEqual([message])
})

test.each([
  ['an empty line', '\n', 'empty'],
  ['an empty line with a carriage return', '\r\n', 'empty'],
  ['a line that is too long', `${'x'.repeat(3001)}\n`, 'too_long'],
  ['too many bytes without a delimiter', 'x'.repeat(3002), 'too_long'],
  ['far too many bytes', 'x'.repeat(5_000_000), 'too_long'],
  ['bytes that are not UTF-8', Buffer.of(0xff, 0xfe, 0x0a), 'not_utf8'],
  ['a surrogate', Buffer.of(0xed, 0xa0, 0x80, 0x0a), 'not_utf8'],
  ['an overlong NUL', Buffer.of(0xc0, 0x80, 0x0a), 'not_utf8'],
  ['half of an emoji', Buffer.from('🎉\n').subarray(2), 'not_utf8'],
])('refuses %s in one line, and appends nothing', async (_, bytes, code) => {
  expect(await send(bytes)).toMatch(new RegExp(`^ERROR ${code}: [^\\n]+\\n$`))
  expect(await history()).toEqual([])
})

const request = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`

test.each([
  ['a form', request('POST / HTTP/1.1', 'Host: localhost', 'Origin: http://a.example')],
  ['an image', request('GET /a.png HTTP/1.1', 'Host: localhost', 'sec-fetch-mode: no-cors')],
  ['a WebSocket', request('GET / HTTP/1.1', 'Upgrade: websocket', 'origin: null')],
  ['a long address', request(`GET /${'a'.repeat(2_500)} HTTP/1.1`, 'Sec-Fetch-Site: cross-site')],
])('refuses the HTTP request of %s in a web page, and appends nothing', async (_, bytes) => {
  expect(await send(bytes)).toMatch(/^ERROR http_request: [^\n]+\n$/)
  const half = bytes.length - 20
  expect(await send(bytes.slice(0, half), bytes.slice(half))).toMatch(/^ERROR http_request: /)
  expect(await history()).toEqual([])
})

test.each([
  ['an HTTP request of no web page', request('GET / HTTP/1.1', 'Host: localhost', 'User-Agent: curl/8')],
  ['the line of a proxy', 'PROXY TCP4 10.0.0.1 10.0.0.2 5000 12345\r\nOrigin: a\r\n\r\n'],
])('keeps the first line of %s', async (_, bytes) => {
  expect(await send(bytes)).toBe(bytes.split('\r\n')[0])
})

test('each connection is one line in the log, with an id of its own', async () => {
  const before = (await accessLines()).length
  await client.send('hello')
  await send('\n')
  await exchange(await service().address(), [], { halfClose: true })
  {
    await using session = await client.open()
    await session.append('a')
    await session.append('b')
  }
  await until(async () => (await accessLines()).length >= before + 4, 'all of them are logged')
  const lines = (await accessLines()).slice(before)
  const [requestId, durationMs] = [expect.any(String), expect.any(Number)]
  expect(lines.map(({ level, time, service, msg, ...fields }) => fields)).toEqual([
    { requestId, operation: 'plain', outcome: 'ok', durationMs },
    { requestId, operation: 'plain', outcome: 'invalid_argument', status: 'empty', durationMs },
    { requestId, operation: 'connection', outcome: 'ok', durationMs },
    { requestId, operation: 'framed', outcome: 'ok', durationMs },
  ])
  expect(new Set(lines.map((line) => line['requestId'])).size).toBe(4)
})

async function accessLines(): Promise<Record<string, unknown>[]> {
  const lines = (await service().readLogs()).split('\n').filter((line) => line.includes('"msg":"ended"'))
  return lines.map((line) => JSON.parse(line))
}

test('closes without a word when the client half-closes without a byte', async () => {
  expect(await exchange(await service().address(), [], { halfClose: true })).toBe('')
  expect(await history()).toEqual([])
})

test('serves a client that sends and closes without reading', async () => {
  using raw = await openRaw(await service().address())
  await raw.send('left early')
  raw.socket.destroy()
  await until(async () => (await history()).includes('left early'), 'the message is there')
})

test('a hundred clients at once see one order', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => client.send(`message ${i}`)))
  const longest = answers.find((answer) => answer.length === 100) ?? []
  expect(new Set(longest).size).toBe(100)
  for (const answer of answers) expect(answer).toEqual(longest.slice(0, answer.length))
})

test('the client maps refusals to its own errors', async () => {
  await expect(client.send('x'.repeat(3001))).rejects.toMatchObject({
    code: 'resource_exhausted',
    status: 'too_long',
  })
  await expect(client.send('')).rejects.toMatchObject({ code: 'invalid_argument', status: 'empty' })
  await expect(client.send('a\nb')).rejects.toMatchObject({ code: 'invalid_argument', status: 'newline' })
  await expect(client.send('\ud800')).rejects.toMatchObject({ code: 'invalid_argument', status: 'not_utf8' })
})

test('the client ends a call that takes too long or is cancelled', async () => {
  const silent = createServer().listen(0, '127.0.0.1').unref()
  await once(silent, 'listening')
  const slow = createHistoryClient({ port: (silent.address() as AddressInfo).port })
  const cancelling = new AbortController()
  const cancelled = slow.send('late', { signal: cancelling.signal })
  await expect(slow.send('late', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'deadline_exceeded' })
  cancelling.abort()
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
})

test('the client says where nobody answers', async () => {
  const nobody = createHistoryClient({ port: 1 })
  await expect(nobody.send('hello')).rejects.toMatchObject({ code: 'unavailable' })
})
