import { once } from 'node:events'
import { connect } from 'node:net'
import { createChatClient } from '@polyservice-lab/clients'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { until, useLab } from '../support/lab.ts'
import { encodeFrame, handshake, opcode, RawPeer } from '../ws-echo/raw-peer.ts'
import { next, openPeer, type Peer } from './support/peer.ts'

const malformed = { type: 'error', code: 'invalid_argument', message: 'Некорректный формат сообщения' }

describe('with the default limits', () => {
  const lab = useLab(['chat'])
  const address = () => lab.service('chat').address()
  const url = (path = '/') => `http://${address().host}:${address().port}${path}`

  async function person(name: string): Promise<Peer> {
    const peer = await openPeer('rooms', address())
    peer.send(JSON.stringify({ type: 'login', username: name, id: 1 }))
    await until(() => peer.heard.some(({ type }) => type === 'ack'), 'the login is acknowledged')
    peer.heard.length = 0
    return peer
  }

  async function ask(peer: Peer, request: object) {
    peer.send(JSON.stringify({ id: 'ask', ...request }))
    await until(() => peer.heard.some(({ id }) => id === 'ask'), 'the request is answered')
    const answer = peer.heard.find(({ id }) => id === 'ask')
    peer.heard.length = 0
    return answer
  }

  test('a request in one packet with the handshake is answered behind the greeting', async () => {
    const socket = connect(address().port, address().host)
    let heard = ''
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
    })
    const frame = encodeFrame({ opcode: opcode.text, payload: '{"type":"chat_message","text":"x","id":1}' })
    socket.write(Buffer.concat([Buffer.from(handshake(), 'latin1'), frame]))
    await until(() => heard.includes('"type":"ack"'), 'the request is answered')
    expect(heard.indexOf('connection_established')).toBeLessThan(heard.indexOf('chat_message'))
    socket.destroy()
  })

  test.each([
    ['GET / without a wish for a page', '/', {}, 426],
    ['GET /ws', '/ws', {}, 426],
    ['GET / that prefers HTML', '/', { Accept: 'text/html' }, 200],
    ['another path', '/nothing', {}, 404],
    ['the Socket.IO client', '/socket.io/socket.io.js', {}, 200],
    ['a path below Socket.IO', '/socket.io/nothing', {}, 404],
    ['Engine.IO 3', '/socket.io/?EIO=3&transport=polling', {}, 400],
  ])('%s', async (_name, path, headers, status) => {
    const response = await fetch(url(path), { headers })
    expect(response.status).toBe(status)
    if (status === 426) expect(response.headers.get('upgrade')).toBe('websocket')
  })

  test.each([
    ['another path', {}, 'GET /nothing HTTP/1.1', 404],
    ['a wrong key', { 'Sec-WebSocket-Key': 'short' }, 'GET /ws HTTP/1.1', 400],
    ['version 8', { 'Sec-WebSocket-Version': '8' }, 'GET /ws HTTP/1.1', 400],
    ['Upgrade: h2c', { Upgrade: 'h2c' }, 'GET /ws HTTP/1.1', 426],
    ['HTTP/1.0', {}, 'GET /ws HTTP/1.0', 400],
  ])('a handshake with %s is refused', async (_name, headers, line, status) => {
    using peer = await RawPeer.connect(address())
    peer.write(handshake(headers, line))
    expect((await peer.head()).status).toBe(status)
  })

  test('an unknown subprotocol is left unanswered', async () => {
    using peer = await RawPeer.connect(address())
    peer.write(handshake({ 'Sec-WebSocket-Protocol': 'graphql-ws' }))
    const { status, headers } = await peer.head()
    expect([status, headers.get('sec-websocket-protocol')]).toEqual([101, null])
  })

  test('of 500 messages at once, what the bucket allows is carried out in order, and nothing of the rest', async () => {
    const ada = await person('Ada')
    for (let id = 1; id <= 500; id += 1)
      ada.send(JSON.stringify({ type: 'send_message', room_id: 'random', message: String(id), id }))
    expect(await ada.closed()).toEqual({ code: 1008, reason: 'flood' })
    const acks = ada.heard.filter(({ type }) => type === 'ack')
    expect(acks.length).toBeGreaterThanOrEqual(49)
    expect(acks.map(({ seq }) => seq)).toEqual(acks.map((_ack, i) => i + 1))
    expect(ada.heard.filter(({ code }) => code === 'resource_exhausted')).toHaveLength(1)
    expect(ada.heard.at(-1)).toMatchObject({ code: 'resource_exhausted', message: 'Слишком много сообщений' })
    const bob = await person('Bob')
    expect(await ask(bob, { type: 'history', room_id: 'random' })).toMatchObject({ last_seq: acks.length })
    await bob.close()
  })

  test('a flood over Socket.IO is told, and its client stays away', async () => {
    const peer = await openPeer('socketio', address())
    for (let i = 0; i < 200; i += 1) peer.send({ event: 'nope', data: {} })
    expect(await peer.closed()).toEqual({ reason: 'io server disconnect' })
    expect(peer.heard.at(-1)).toMatchObject({ event: 'error', data: { code: 'resource_exhausted' } })
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty', '\ud800', '😀'])(
    'the room and the name %j are ordinary',
    async (name) => {
      const ada = await person('Ada')
      expect(await ask(ada, { type: 'login', username: name })).toMatchObject({
        type: 'ack',
        username: name,
      })
      expect(await ask(ada, { type: 'join_room', room_id: name })).toMatchObject({ type: 'ack', last_seq: 0 })
      expect(await ask(ada, { type: 'send_message', room_id: name, message: 'x', key: name })).toMatchObject({
        seq: 1,
      })
      expect(await ask(ada, { type: 'history', room_id: name })).toMatchObject({
        messages: [{ username: name, message: 'x', key: name, seq: 1 }],
      })
      await ada.close()
    },
  )

  test('JSON that is nested 30,000 deep is a fault of its sender alone', async () => {
    const ada = await person('Ada')
    const deep = '['.repeat(30_000) + ']'.repeat(30_000)
    for (const text of [deep, `{"type":"login","username":${deep}}`]) {
      ada.send(text)
      expect(await next(ada)).toMatchObject(malformed)
    }
    await ada.close()
  })

  test('a binary frame that is not UTF-8 is a fault; a text frame that is not closes with 1007', async () => {
    const ada = await person('Ada')
    ada.send(Buffer.from([0x7b, 0xff, 0x7d]))
    expect(await next(ada)).toMatchObject(malformed)
    await ada.close()
    using peer = await RawPeer.open(address())
    peer.send({ opcode: opcode.text, payload: Buffer.from([0xff]) })
    let frame = await peer.frame()
    while (frame.opcode !== opcode.close) frame = await peer.frame()
    expect(frame.payload.readUInt16BE(0)).toBe(1007)
  })

  test('a message that is too long closes with 1009; a body, with 413 and its session', async () => {
    const ada = await person('Ada')
    ada.send('x'.repeat(65_537))
    expect(await ada.closed()).toMatchObject({ code: 1009 })
    const polling = url('/socket.io/?EIO=4&transport=polling')
    const { sid } = JSON.parse((await fetch(polling).then((response) => response.text())).slice(1))
    const body = await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: `4${'x'.repeat(70_000)}` })
    expect(body.status).toBe(413)
    await until(async () => (await fetch(`${polling}&sid=${sid}`)).status === 400, 'the session is gone')
  })

  test('a second CONNECT on a transport is another person with the same bucket', async () => {
    const socket = new WebSocket(
      `ws://${address().host}:${address().port}/socket.io/?EIO=4&transport=websocket`,
    )
    let heard = ''
    socket.on('message', (data) => {
      heard += `${data}\n`
    })
    await once(socket, 'open')
    for (const [i, count] of [40, 200].entries()) {
      socket.send('40')
      await until(() => heard.split('40{"sid"').length > i + 1, 'the namespace is entered')
      for (let j = 0; j < count; j += 1) socket.send('42["nope",{}]')
      if (i === 1) break
      socket.send('41')
      // The pong comes when what was sent before has been handled.
      socket.ping()
      await once(socket, 'pong')
    }
    await until(() => heard.includes('Слишком много сообщений'), 'the bucket is empty')
    socket.terminate()
  })

  test('one POST with 3,000 packets is a flood', async () => {
    const polling = url('/socket.io/?EIO=4&transport=polling')
    const { sid } = JSON.parse((await fetch(polling).then((response) => response.text())).slice(1))
    const post = (body: string) => fetch(`${polling}&sid=${sid}`, { method: 'POST', body })
    await post('40')
    await post(Array(3_000).fill('42["nope",{}]').join('\x1e'))
    let heard = ''
    await until(async () => {
      heard += await fetch(`${polling}&sid=${sid}`).then((response) => response.text())
      return heard.includes('Слишком много сообщений')
    }, 'the flood is told')
    expect(heard.split('Некорректный').length - 1).toBeLessThan(100)
  })

  test('a connection that is reset in the middle of the handshake is never announced', async () => {
    const ada = await person('Ada')
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(address().port, address().host)
      await once(socket, 'connect')
      socket.write(handshake().slice(0, 60))
      socket.resetAndDestroy()
    }
    await ask(ada, { type: 'leave_room', room_id: 'general' })
    expect(ada.heard).toEqual([])
    await ada.close()
  })
})

describe('with small limits', () => {
  const lab = useLab(['chat'], {
    CONNECTIONS_MAX: '2',
    HEARTBEAT_MS: '300',
    HEARTBEAT_TIMEOUT_MS: '300',
    BUFFER_BYTES_MAX: '20000',
    ROOMS_MAX: '4',
    ROOM_HISTORY_MESSAGES_MAX: '3',
    MESSAGES_BURST_MAX: '100000',
  })
  const address = () => lab.service('chat').address()

  test('one connection too many is refused as busy, whichever edge has the others', async () => {
    const first = await openPeer('socketio', address())
    const second = await openPeer('plain', address())
    using third = await RawPeer.connect(address())
    third.write(handshake())
    const { status, headers } = await third.head()
    expect([status, headers.get('retry-after')]).toEqual([503, '1'])
    const polling = await fetch(
      `http://${address().host}:${address().port}/socket.io/?EIO=4&transport=polling`,
    )
    expect([polling.status, await polling.json()]).toEqual([403, { code: 4, message: 'busy' }])
    await first.close()
    await second.close()
  })

  test('a client that answers no ping is cut off', async () => {
    await until(
      async () => (await lab.service('chat').metric('lab_connections')) === 0,
      'nobody is connected',
    )
    const socket = connect(address().port, address().host).resume()
    socket.write(handshake())
    await once(socket, 'close')
  })

  test('the oldest messages are forgotten and replays say so; so are rooms that are empty', async () => {
    await using ada = await createChatClient(address()).connect()
    await ada.login('Ada')
    await ada.join('one')
    for (const text of ['1', '2', '3', '4', '5']) await ada.send('one', text)
    const { epoch } = await ada.history('one')
    await ada.leave('one')
    expect(await ada.join('one', { after: 1, epoch })).toMatchObject({
      first_seq: 3,
      last_seq: 5,
      replayed: 3,
      complete: false,
    })
    await ada.leave('one')
    await ada.join('two')
    await expect(ada.history('one')).rejects.toMatchObject({ code: 'not_found' })
    await expect(ada.join('three')).rejects.toMatchObject({ code: 'resource_exhausted' })
  })
})
