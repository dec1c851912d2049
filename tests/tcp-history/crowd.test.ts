import { createHistoryClient, type HistorySession } from '@polyservice-lab/clients'
import { encodeRequest, preface } from '@polyservice-lab/contracts/tcp-history'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { runInside } from './container.ts'
import { openRaw } from './raw-socket.ts'

const mebibyte = 1_048_576
// No pause ends a message, however long the end of its connection takes to arrive.
const lab = useLab(['tcp-history'], { SEND_TIMEOUT_MS: '5000', MESSAGE_GAP_MS: '60000' })
const service = () => lab.service('tcp-history')

afterAll(async () => {
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
  await using crowd = await runInside(
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

test('a client that resets its connection before its message ended leaves nothing', async () => {
  const reset = await runInside(
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
