// The opening handshake (RFC 6455, 4) and what plain HTTP gets (RFC 9110, 15.5.22).
import { describe, expect, test } from 'vitest'
import { useLab } from '../support/lab.ts'
import { handshake, RawPeer } from './raw-peer.ts'

const connectionsMax = 3
const lab = useLab(['ws-echo'], {
  ORIGINS: 'https://lab.example, http://localhost:8765',
  CONNECTIONS_MAX: String(connectionsMax),
})
const address = async () => lab.service('ws-echo').address()

/** Sends a request over a connection of its own and returns the answer, body and all. */
async function answerTo(request: string) {
  using peer = await RawPeer.connect(await address())
  peer.write(request)
  const head = await peer.head()
  const body = head.status === 101 ? '' : (await peer.rest()).toString()
  return { ...head, body }
}

describe('4.2.1 good handshakes', () => {
  const good: { name: string; headers: Record<string, string>; line?: string }[] = [
    { name: 'the shortest one', headers: {} },
    {
      name: 'other cases in header values',
      headers: { Upgrade: 'WebSocket', Connection: 'keep-alive, upgrade' },
    },
    { name: 'another path', headers: {}, line: 'GET /some/where?x=1 HTTP/1.1' },
    { name: 'an allowed origin', headers: { Origin: 'https://lab.example' } },
    {
      name: 'an extension that is not spoken',
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    },
  ]
  test.for(good)('agrees to $name', async ({ headers, line }) => {
    const answer = await answerTo(handshake(headers, line))
    expect(answer.status).toBe(101)
    expect(Object.fromEntries(answer.headers)).toEqual({
      upgrade: 'websocket',
      connection: 'Upgrade',
      // The example of 1.3.
      'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    })
  })
})

describe('subprotocols (1.9)', () => {
  // Clients of the WHATWG API give up where none of those that they offer is chosen.
  test.for([
    { offer: 'chat', chosen: 'chat' },
    { offer: 'chat, superchat', chosen: 'chat' },
    { offer: ', a ,,b,', chosen: 'a' },
    { offer: ',', chosen: null },
  ])('chooses $chosen of "$offer"', async ({ offer, chosen }) => {
    const answer = await answerTo(handshake({ 'Sec-WebSocket-Protocol': offer }))
    expect([answer.status, answer.headers.get('sec-websocket-protocol')]).toEqual([101, chosen])
  })
})

describe('empty elements of lists (RFC 9110, 5.6.1.2)', () => {
  test.for([
    { Upgrade: ', websocket' },
    { Connection: 'keep-alive,, Upgrade' },
    { 'Sec-WebSocket-Extensions': ',, x-unknown ,' },
  ])('agrees to %j', async (headers) => {
    expect((await answerTo(handshake(headers))).status).toBe(101)
  })
})

describe('4.4 wrong handshakes', () => {
  const wrong: {
    name: string
    headers: Record<string, string | undefined>
    line?: string
    status: number
  }[] = [
    { name: 'no key', headers: { 'Sec-WebSocket-Key': undefined }, status: 400 },
    { name: 'an empty key', headers: { 'Sec-WebSocket-Key': '' }, status: 400 },
    { name: 'a key of 15 bytes', headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }, status: 400 },
    { name: 'a key of 17 bytes', headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAAA=' }, status: 400 },
    {
      name: 'a key that is not base64',
      headers: { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' },
      status: 400,
    },
    { name: 'no Host', headers: { Host: undefined }, status: 400 },
    { name: 'a broken subprotocol', headers: { 'Sec-WebSocket-Protocol': 'a b' }, status: 400 },
    { name: 'a subprotocol twice', headers: { 'Sec-WebSocket-Protocol': 'a, b, a' }, status: 400 },
    { name: 'a broken extension', headers: { 'Sec-WebSocket-Extensions': 'a; =1' }, status: 400 },
    { name: 'content', headers: { 'Content-Length': '5' }, status: 400 },
    { name: 'content in chunks', headers: { 'Transfer-Encoding': 'chunked' }, status: 400 },
    { name: 'no version', headers: { 'Sec-WebSocket-Version': undefined }, status: 426 },
    { name: 'version 8', headers: { 'Sec-WebSocket-Version': '8' }, status: 426 },
    { name: 'version 14', headers: { 'Sec-WebSocket-Version': '14' }, status: 426 },
    { name: 'a version in words', headers: { 'Sec-WebSocket-Version': '13.0' }, status: 426 },
    { name: 'no Connection: Upgrade', headers: { Connection: 'keep-alive' }, status: 426 },
    { name: 'another protocol', headers: { Upgrade: 'h2c' }, status: 426 },
    { name: 'no Upgrade', headers: { Upgrade: undefined }, status: 426 },
    { name: 'POST', headers: {}, line: 'POST / HTTP/1.1', status: 405 },
    { name: 'DELETE', headers: {}, line: 'DELETE / HTTP/1.1', status: 405 },
    { name: 'HTTP/1.0', headers: {}, line: 'GET / HTTP/1.0', status: 505 },
    { name: 'a foreign origin', headers: { Origin: 'https://evil.example' }, status: 403 },
    {
      name: 'an origin that begins alike',
      headers: { Origin: 'https://lab.example.evil.example' },
      status: 403,
    },
    { name: 'the origin null', headers: { Origin: 'null' }, status: 403 },
  ]
  test.for(wrong)('answers $name with $status', async ({ headers, line, status }) => {
    const answer = await answerTo(handshake(headers, line))
    expect(answer.status).toBe(status)
    expect(answer.headers.get('connection')).toBe(status === 426 ? 'Upgrade, close' : 'close')
    expect(answer.body).toMatch(/^.+\n$/)
    if (status === 426) {
      expect(answer.headers.get('upgrade')).toBe('websocket')
      expect(answer.headers.get('sec-websocket-version')).toBe('13')
    }
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET')
  })

  test('says that Connection: Upgrade is missing', async () => {
    const { body } = await answerTo(handshake({ Connection: 'keep-alive' }))
    expect(body).toBe('Connection: Upgrade is missing.\n')
  })

  test.for([
    { name: 'bytes that are not HTTP', request: '\u0016\u0003\u0001 hello\r\n\r\n', status: 400 },
    { name: 'headers of 100 KB', request: handshake({ Padding: 'x'.repeat(100_000) }), status: 431 },
  ])('answers $name with $status', async ({ request, status }) => {
    expect((await answerTo(request)).status).toBe(status)
  })
})

describe('plain HTTP', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  const requests = [
    { name: 'GET / of a browser', accept: browser, status: 200 },
    { name: 'HEAD / of a browser', method: 'HEAD', accept: browser, status: 200 },
    { name: 'GET / of a program', accept: '*/*', status: 426 },
    { name: 'GET / that names HTML in capitals', accept: 'TEXT/HTML;charset=utf-8', status: 200 },
    { name: 'GET / that takes anything, HTML too', accept: 'text/html;q=0.8, */*;q=0.8', status: 200 },
    { name: 'GET / that likes all text', accept: 'text/*', status: 426 },
    { name: 'GET / that likes JSON more', accept: 'text/html;q=0.5, application/json', status: 426 },
    { name: 'GET / that refuses HTML', accept: 'text/html;q=0, */*', status: 426 },
    { name: 'POST / of a browser', method: 'POST', accept: browser, status: 426 },
    { name: 'GET /other of a browser', path: '/other', accept: browser, status: 426 },
  ]
  test.for(requests)('answers $name with $status', async ({ method = 'GET', path = '/', accept, status }) => {
    const { host, port } = await address()
    const response = await fetch(`http://${host}:${port}${path}`, { method, headers: { Accept: accept } })
    const body = await response.text()
    expect(response.status).toBe(status)
    if (status === 426) {
      expect(response.headers.get('upgrade')).toBe('websocket')
      expect(response.headers.get('x-request-id')).toMatch(/^[-0-9a-f]{36}$/)
      expect(body).toBe(`This is a WebSocket server: connect to ws://${host}:${port}/ and send a message.\n`)
    } else {
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })
})

describe('a handshake behind another request (RFC 9112, 9.3.2)', () => {
  test('is answered behind its answer', async () => {
    using peer = await RawPeer.connect(await address())
    peer.write(`HEAD / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n${handshake()}`)
    expect((await peer.head()).status).toBe(200)
    expect((await peer.head()).status).toBe(101)
    peer.send({ payload: 'behind' })
    expect(await peer.frames(5)).toHaveLength(5)
  })

  test('is not answered where that answer ends the connection', async () => {
    using peer = await RawPeer.connect(await address())
    peer.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n${handshake()}`)
    expect((await peer.head()).status).toBe(426)
    expect((await peer.rest()).toString()).toMatch(/^This is a WebSocket server.*\n$/)
  })
})

describe('CONNECTIONS_MAX', () => {
  test('refuses one more with 503 and Retry-After, and takes it when another has left', async () => {
    const peers = await Promise.all(
      Array.from({ length: connectionsMax }, async () => RawPeer.open(await address())),
    )
    const refused = await answerTo(handshake())
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    peers[0]?.socket.destroy()
    await expect.poll(async () => (await answerTo(handshake())).status).toBe(101)
    for (const peer of peers) peer[Symbol.dispose]()
  })
})
