import { createHistoryClient, type HistorySession } from '@polyservice-lab/clients'
import { decodeAnswer, encodeRequest, FrameParser, preface } from '@polyservice-lab/contracts/tcp-history'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { until, useLab } from '../support/lab.ts'
import { runBeside } from './container.ts'
import { openRaw, type RawSocket } from './raw-socket.ts'

const mebibyte = 1_048_576
// No pause ends a message, however long the end of its connection takes to arrive.
const lab = useLab(['tcp-history'], { SEND_TIMEOUT_MS: '5000', MESSAGE_GAP_MS: '60000' })
const service = () => lab.service('tcp-history')

const state = async () => {
  const format = '{{.State.StartedAt}} {{.State.OOMKilled}} {{.RestartCount}}'
  return (await docker('inspect', '--format', format, service().getId())).stdout
}
let stateAtFirst: string

beforeAll(async () => {
  stateAtFirst = await state()
})
afterAll(async () => {
  expect(await state()).toBe(stateAtFirst)
  expect(await service().readLogs()).not.toContain('unforeseen')
})

beforeEach(async () => {
  await service().reset()
  await until(async () => (await service().metric('lab_connections')) === 0, 'nobody is connected')
})

async function newClient() {
  const { host, port } = await service().address()
  return createHistoryClient({ host, port, timeoutMs: 20_000 })
}

/** Appends messages of 60,000 bytes until the history is that long. */
async function fill(session: HistorySession, bytes: number): Promise<number> {
  const count = Math.ceil(bytes / 60_000)
  for (let i = 0; i < count; i += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, count - i) }, (_, j) =>
        session.append(`${i + j}`.padEnd(60_000, '.')),
      ),
    )
  return count
}

test('a thousand followers get every message once and in order', async () => {
  const client = await newClient()
  const followers = 1_000
  const messages = Array.from({ length: 100 }, (_, i) => `message ${i}`)
  await client.send('before')
  const expected = ['before', ...messages].map((message, i) => ({ sequence: BigInt(i + 1), message }))
  let caughtUp = 0
  const received = Array.from({ length: followers }, async () => {
    await using session = await client.open()
    const own = []
    for await (const message of session.follow()) {
      if (own.push(message) === 1) caughtUp++
      if (own.length === expected.length) break
    }
    return own
  })
  await until(() => caughtUp === followers, 'everybody follows')
  await using writer = await client.open()
  for (let i = 0; i < messages.length; i += 10)
    await Promise.all(messages.slice(i, i + 10).map((message) => writer.append(message)))
  for (const own of await Promise.all(received)) expect(own).toEqual(expected)
})

test('a follower that does not read is cut off; the others do not notice', async () => {
  const client = await newClient()
  using slow = await openRaw(await service().address())
  await slow.send(Buffer.concat([preface, encodeRequest({ type: 'follow', from: 1n })]))
  slow.socket.pause()
  const others = await Promise.all(Array.from({ length: 5 }, () => client.open()))
  await using writer = await client.open()
  const counts = others.map(async (session) => {
    let next = 1n
    for await (const { sequence } of session.follow()) {
      expect(sequence).toBe(next++)
      if (sequence === 1_000n) return sequence
    }
    throw new Error('the loop ended before the last message')
  })
  await fill(writer, 60_000_000)
  expect(await Promise.all(counts)).toEqual(counts.map(() => 1_000n))
  await until(async () => (await service().metric('lab_connections')) === 6, 'the slow one is cut off')
  expect(await service().readLogs()).toContain('cut off a client that does not read')
  slow.socket.resume()
  const answer = await slow.answer.catch(() => Buffer.alloc(0))
  expect(answer.length).toBeLessThan(60_000_000)
  for (const session of others) await session[Symbol.asyncDispose]()
})

test('200 clients that never read cost bounded memory, and do not slow the others', async () => {
  const client = await newClient()
  await using writer = await client.open()
  const count = await fill(writer, 8 * mebibyte)
  const before = await service().metric('process_resident_memory_bytes')
  const address = await service().address()
  const silent = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const raw = await openRaw(address)
      raw.socket.pause()
      await raw.send('x\n')
      return raw
    }),
  )
  await until(
    async () => (await service().metric('lab_sent_bytes_total')) > 200 * mebibyte,
    'everybody is being answered',
  )
  // Their answers would be 1,600 MiB, were they copied.
  expect((await service().metric('process_resident_memory_bytes')) - before).toBeLessThan(100 * mebibyte)
  expect(await client.send('a reader')).toHaveLength(count + 201)
  await until(async () => (await service().metric('lab_connections')) === 1, 'all of them are cut off')
  for (const raw of silent) raw[Symbol.dispose]()
})

test('10,000 connections that say nothing do not keep anybody from being served', async () => {
  const client = await newClient()
  await using crowd = await runBeside(
    service(),
    `const { connect } = require('node:net')
    let begun = 0, connected = 0
    const next = () => begun++ < 10000 && connect({ port: 12345 }, () => {
      if (++connected === 10000) console.log('connected')
      next()
    })
    for (let lane = 0; lane < 100; lane++) next()
    process.stdin.resume().on('end', () => process.exit(0))`,
  )
  await until(async () => (await service().metric('lab_connections')) === 10_000, 'all of them are accepted')
  expect(await client.send('hello')).toEqual(['hello'])
  expect(await service().metric('process_resident_memory_bytes')).toBeLessThan(400 * mebibyte)
  await crowd[Symbol.asyncDispose]()
  await until(async () => (await service().metric('lab_connections')) === 0, 'all of them are gone')
})

/** A program: clients that connect, then send a block again and again, and read nothing. */
const senders = (count: number, first: Uint8Array, block: Uint8Array) => `
  const { connect } = require('node:net')
  const { once } = require('node:events')
  const [first, block] = ['${Buffer.from(first).toString('base64')}', '${Buffer.from(block).toString('base64')}']
    .map((text) => Buffer.from(text, 'base64'))
  const many = Buffer.concat(Array(Math.floor(65536 / block.length)).fill(block))
  const crowd = []
  async function open() {
    while (crowd.length < ${count}) {
      const socket = connect({ port: 12345 }).on('error', () => {})
      crowd.push(socket)
      await once(socket, 'connect')
      socket.pause()
    }
  }
  Promise.all(Array.from({ length: 50 }, open)).then(() => {
    for (const socket of crowd) {
      const send = () => {
        while (!socket.destroyed && socket.write(many));
      }
      socket.on('drain', send)
      socket.write(first)
      send()
    }
    console.log('sending')
  })
  process.stdin.resume().on('end', () => process.exit(0))`

test.each([
  ['plain messages', Buffer.from('x\n'), Buffer.from('x\n')],
  ['requests to read it all', preface, encodeRequest({ type: 'read', from: 1n, limit: 0 })],
])('4,000 clients that keep sending %s and read nothing do not end the service', async (_, first, block) => {
  const client = await newClient()
  await using session = await client.open()
  await fill(session, 16 * mebibyte)
  await using crowd = await runBeside(service(), senders(4_000, first, block))
  let appends = 0
  await until(async () => {
    await session.append(`meanwhile ${appends++}`)
    return (await service().metric('lab_connections')) === 1
  }, 'all of them are cut off')
  await crowd[Symbol.asyncDispose]()
  expect((await fetch(`${service().adminUrl()}/readyz`)).status).toBe(200)
})

test('2,000 clients that append 60,000 bytes at the same moment are told the number, or that the server is busy', async () => {
  const address = await service().address()
  const crowd: RawSocket[] = []
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      for (let i = 0; i < 40; i++) crowd.push(await openRaw(address))
    }),
  )
  const frame = encodeRequest({ type: 'append', message: Buffer.alloc(60_000, 'x') })
  const bytes = Buffer.concat([preface, frame])
  const answers = await Promise.all(
    crowd.map(async (raw) => {
      await raw.send(bytes)
      raw.halfClose()
      return raw.answer
    }),
  )
  const kinds = answers.map((answer) => {
    const [frame] = Array.from(new FrameParser().push(answer), decodeAnswer)
    return frame?.type === 'error' ? frame.code : frame?.type
  })
  const appended = kinds.filter((kind) => kind === 'appended').length
  expect(appended).toBeGreaterThan(500)
  expect(kinds.filter((kind) => kind !== 'appended' && kind !== 'busy')).toEqual([])
  expect(await (await newClient()).send('last')).toHaveLength(appended + 1)
})

test('a client that resets its connection before its message ended leaves nothing', async () => {
  const reset = await runBeside(
    service(),
    `const socket = require('node:net').connect({ port: 12345 }, () => {
      socket.write('x'.repeat(2000), () => {
        socket.resetAndDestroy()
        console.log('reset')
      })
    })
    process.stdin.resume().on('end', () => process.exit(0))`,
  )
  await reset[Symbol.asyncDispose]()
  await until(async () => (await service().metric('lab_connections')) === 0, 'the connection is gone')
  expect(await (await newClient()).send('hello')).toEqual(['hello'])
})
