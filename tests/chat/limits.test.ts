import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type ChatSession, createChatClient } from '@polyservice-lab/clients'
import { services } from '@polyservice-lab/contracts/services'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type Address, until, useLab } from '../support/lab.ts'
import { handshake, RawPeer } from '../ws-echo/raw-peer.ts'
import { openPeer } from './support/peer.ts'

vi.setConfig({ testTimeout: 120_000 })

const text = 'x'.repeat(4_000)

/** A client that joins a room and can stop to read. */
interface Reader {
  readonly id: string
  readonly heard: string[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  pause(): void
  resume(): void
  end(): void
}

/** How each edge is spoken to, frame by frame. */
const edges = {
  plain: {
    path: '/ws',
    protocols: ['chat.rooms'],
    hello: [],
    request: (type: string, fields: object, id: number) => JSON.stringify({ type, id, ...fields }),
    idOf: /"client_id":"([^"]+)"/,
  },
  'Socket.IO': {
    path: '/socket.io/?EIO=4&transport=websocket',
    protocols: [],
    hello: ['40'],
    request: (event: string, fields: object, id: number) => `42${id}${JSON.stringify([event, fields])}`,
    idOf: /40\{"sid":"([^"]+)"/,
  },
} as const

async function openReader(
  edge: keyof typeof edges,
  { host, port }: Address,
  join: object,
  isPausedAtJoin = false,
): Promise<Reader> {
  const { path, protocols, hello, request, idOf } = edges[edge]
  const socket = new WebSocket(`ws://${host}:${port}${path}`, [...protocols])
  const heard: string[] = []
  socket.on('message', (data) => heard.push(String(data)))
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }))
  await once(socket, 'open')
  for (const frame of hello) {
    socket.send(frame)
    await until(() => heard.some((answer) => answer.startsWith('40')), 'the namespace is entered')
  }
  socket.send(request('login', { username: 'Reader' }, 1))
  await until(() => heard.some((frame) => frame.includes('"username":"Reader"')), 'the login is done')
  const tcp = (socket as unknown as { readonly _socket: Socket })._socket
  if (isPausedAtJoin) tcp.pause()
  socket.send(request('join_room', join, 2))
  if (!isPausedAtJoin)
    await until(() => heard.some((frame) => frame.includes('"last_seq"')), 'the room is joined')
  return {
    id: idOf.exec(heard.join('\n'))?.[1] ?? '',
    heard,
    closed,
    pause: () => tcp.pause(),
    resume: () => tcp.resume(),
    end: () => socket.terminate(),
  }
}

/** Says something again and again, until a condition holds. */
async function sayUntil(speaker: ChatSession, room: string, condition: () => boolean): Promise<number> {
  let said = 0
  while (!condition()) {
    if (said >= 40_000) throw new Error('it never comes')
    await Promise.all(Array.from({ length: 50 }, () => speaker.send(room, text)))
    said += 50
  }
  return said
}

async function speakerIn(address: Address, room: string) {
  const session = await createChatClient(address).connect()
  const gone: string[] = []
  session.on('user_offline', ({ user_id }) => gone.push(user_id))
  await session.login('Speaker')
  await session.join(room)
  return { session, gone }
}

describe('with a small buffer for each client', () => {
  const lab = useLab(['chat'], {
    BUFFER_BYTES_MAX: '200000',
    CLOSE_TIMEOUT_MS: '60000',
    SEND_TIMEOUT_MS: '2000',
    MESSAGES_BURST_MAX: '1000000',
    ROOM_HISTORY_MESSAGES_MAX: '20000',
    ROOM_HISTORY_BYTES_MAX: '60000000',
  })
  const address = () => lab.service('chat').address()

  test.each(['plain', 'Socket.IO'] as const)(
    'over %s, who reads too slowly is closed, and the others go on',
    async (edge) => {
      const { session, gone } = await speakerIn(address(), 'slow')
      await using _session = session
      const reader = await openReader(edge, address(), { room_id: 'slow' })
      reader.pause()
      await sayUntil(session, 'slow', () => gone.includes(reader.id))
      reader.resume()
      const { code, reason } = await reader.closed
      if (edge === 'plain') expect([code, reason]).toEqual([1013, 'slow'])
      else expect(reader.heard).not.toContain('41')
      expect(gone).toHaveLength(1)
    },
  )

  // The address of a container is reached where the engine runs on this machine.
  test.runIf(process.platform === 'linux').each(['plain', 'Socket.IO'] as const)(
    'over %s, a replay goes out in step with its reader, who is closed only for taking nothing at all',
    async (edge) => {
      const room = `replay ${edge}`
      // The proxy of a published port holds megabytes that nobody takes.
      const host = lab.service('chat').getIpAddress('bridge')
      const direct = { host, port: services.chat.port }
      const { session, gone } = await speakerIn(direct, room)
      await using _session = session
      let said = 0
      await sayUntil(session, room, () => {
        said += 50
        return said > 6_000
      })
      const { last_seq } = await session.history(room, { limit: 1 })
      const steady = await openReader(edge, direct, { room_id: room, after: 0 })
      const seqs = steady.heard.flatMap((frame) => /"seq":(\d+)/.exec(frame)?.[1] ?? [])
      expect(seqs.map(Number)).toEqual(Array.from({ length: last_seq }, (_seq, i) => i + 1))
      const stuck = await openReader(edge, direct, { room_id: room, after: 0 }, true)
      await until(() => gone.includes(stuck.id), 'who takes nothing is closed')
      expect(gone).toEqual([stuck.id])
      stuck.end()
      steady.end()
    },
  )
})

describe('with a small budget for all clients', () => {
  const lab = useLab(['chat'], {
    SEND_BYTES_MAX: '1000000',
    BUFFER_BYTES_MAX: '100000000',
    MESSAGES_BURST_MAX: '1000000',
  })

  test.each([
    ['plain', 'Socket.IO'],
    ['Socket.IO', 'plain'],
  ] as const)(
    'the client with the most is closed: it is over %s, and one over %s reads on',
    async (one, other) => {
      const address = lab.service('chat').address()
      const room = `budget ${one}`
      const { session, gone } = await speakerIn(address, room)
      await using _session = session
      const stuck = await openReader(one, address, { room_id: room })
      const steady = await openReader(other, address, { room_id: room })
      stuck.pause()
      const said = await sayUntil(session, room, () => gone.length > 0)
      expect(gone).toEqual([stuck.id])
      await until(() => steady.heard.filter((frame) => frame.includes(text)).length === said, 'all is heard')
      stuck.end()
      steady.end()
    },
  )
})

describe('with ORIGINS', () => {
  const good = 'https://good.example'
  const lab = useLab(['chat'], { ORIGINS: good })
  const polling = '/socket.io/?EIO=4&transport=polling'
  const paths = ['/ws', '/socket.io/?EIO=4&transport=websocket']

  test.each(paths)(
    'a page of another origin may not connect to %s; its own and programs may',
    async (path) => {
      for (const [headers, status] of [
        [{ Origin: 'https://evil.example' }, 403],
        [{ Origin: 'null' }, 403],
        [{ Origin: good }, 101],
        [{}, 101],
      ] as const) {
        using peer = await RawPeer.connect(lab.service('chat').address())
        peer.write(handshake(headers, `GET ${path} HTTP/1.1`))
        expect((await peer.head()).status).toBe(status)
      }
    },
  )

  test('nor poll', async () => {
    const { host, port } = lab.service('chat').address()
    const poll = (origin: string) =>
      fetch(`http://${host}:${port}${polling}`, { headers: { Origin: origin } })
    expect((await poll('https://evil.example')).status).toBe(403)
    const answer = await poll(good)
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, good])
  })
})

describe('at its end', () => {
  const lab = useLab(['chat'])

  test('a drain answers what has arrived, then each edge closes in its own way', async () => {
    const service = lab.service('chat')
    const plain = await openPeer('rooms', service.address())
    const socketIo = await openPeer('socketio', service.address())
    plain.send(JSON.stringify({ type: 'login', username: 'Ada', id: 1 }))
    await until(() => plain.heard.some(({ type }) => type === 'ack'), 'the login is acknowledged')
    await service.signal('SIGTERM')
    expect(await plain.closed()).toEqual({ code: 1001, reason: 'draining' })
    expect(await socketIo.closed()).toEqual({ reason: 'transport close' })
    expect(socketIo.heard.findLast(({ event }) => event === 'error')).toMatchObject({
      data: { code: 'unavailable' },
    })
    expect(await service.exitCode()).toBe(0)
    await service.start()
  })

  test('a reset closes both edges, and their clients may come back', async () => {
    const service = lab.service('chat')
    const plain = await openPeer('plain', service.address())
    const socketIo = await openPeer('socketio', service.address())
    await service.reset()
    expect(await plain.closed()).toEqual({ code: 1012, reason: 'reset' })
    expect(await socketIo.closed()).toEqual({ reason: 'transport close' })
  })
})

describe('with many rooms', () => {
  const rooms = 10_000
  const lab = useLab(['chat'], {
    ROOMS_MAX: String(rooms),
    ROOMS_PER_CLIENT_MAX: '1000',
    MESSAGES_BURST_MAX: '1000000',
  })

  test('ten people fill 10,000 rooms, and the next room is one too many until one is empty', async () => {
    const address = lab.service('chat').address()
    const people = await Promise.all(
      Array.from({ length: 11 }, async (_person, i) => {
        const session = await createChatClient({ ...address, timeoutMs: 60_000 }).connect()
        await session.login(`Person ${i}`)
        return session
      }),
    )
    const [last, ...others] = people as [ChatSession, ...ChatSession[]]
    // Three are always there.
    const names = Array.from({ length: rooms - 3 }, (_name, i) => `room ${i}`)
    await Promise.all(names.map((name, i) => others[i % others.length]?.join(name)))
    await expect(last.join('one too many')).rejects.toMatchObject({ code: 'resource_exhausted' })
    await others[0]?.leave('room 0')
    expect(await last.join('one too many')).toMatchObject({ last_seq: 0 })
    await expect(last.history('room 0')).rejects.toMatchObject({ code: 'not_found' })
    await Promise.all(people.map((session) => session.close()))
  })
})

describe('with every client at its limit', () => {
  const lab = useLab(['chat'])

  test('100 people say as much as they may, in as many rooms as there are: nothing ends', async () => {
    const service = lab.service('chat')
    const startedAt = await service.metric('process_start_time_seconds')
    const people: ChatSession[] = []
    // A client that this process has no time for is slow: it comes back, and sends again what was not acknowledged.
    const options = { ...service.address(), timeoutMs: 60_000, retries: { retriesMax: 1_000 } }
    for (let i = 0; i < 100; i += 1) {
      const edge = i % 2 === 0 ? 'websocket' : 'socket.io'
      const session = await createChatClient(options).connect({ edge })
      await session.login(`Person ${i}`)
      people.push(session)
    }
    // With the login and the joins, 46 messages are what is left of a burst of 50.
    await Promise.all(
      people.map(async (session, i) => {
        const own = [0, 1, 2].map((room) => `room ${(i + room) % 97}`)
        await Promise.all(own.map((room) => session.join(room)))
        for (let j = 0; j < 46; j += 1) await session.send(own[j % own.length] as string, 'я'.repeat(4_000))
      }),
    )
    expect(await service.metric('process_start_time_seconds')).toBe(startedAt)
    await Promise.all(people.map((session) => session.close()))
  })
})
