import { createHistoryClient } from '@polyservice-lab/clients'
import { encodeAnswer, encodeRequest, preface } from '@polyservice-lab/contracts/tcp-history'
import { beforeEach, describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { exchange, openRaw, type RawSocket } from './raw-socket.ts'

const lab = useLab(['tcp-history'], {
  CONNECTIONS_MAX: '3',
  RECEIVE_BYTES_MAX: '100000',
  HISTORY_BYTES_MAX: '130000',
})
const service = () => lab.service('tcp-history')

beforeEach(async () => {
  await service().reset()
  await until(async () => (await service().metric('lab_connections')) === 0, 'nobody is connected')
})

describe('connections', () => {
  test('one more than allowed is told that the server is busy, until another leaves', async () => {
    const address = await service().address()
    const client = createHistoryClient({ host: address.host, port: address.port })
    // In framed mode, where silence is no reason to be closed.
    const silent: RawSocket[] = []
    for (let i = 0; i < 3; i++) {
      const raw = await openRaw(address)
      await raw.send(preface)
      silent.push(raw)
    }
    await until(async () => (await service().metric('lab_connections')) === 3, 'three are connected')

    await expect(client.send('hello')).rejects.toMatchObject({ code: 'unavailable', status: 'busy' })
    using raw = await openRaw(address)
    expect((await raw.answer).toString()).toMatch(/^ERROR busy: [^\n]+\n$/)
    await using session = await client.open()
    await expect(session.append('hello')).rejects.toMatchObject({ code: 'unavailable', status: 'busy' })

    for (const connection of silent) connection[Symbol.dispose]()
    await until(() => client.send('hello').then(Boolean, () => false), 'there is room again')
  })
})

describe('a pause', () => {
  test.each([
    ['1,024 bytes', 'x'.repeat(1024)],
    ['a part of the preface', 'HISTORY/1'],
  ])('ends a message after %s', async (_, message) => {
    expect(await exchange(await service().address(), [message])).toBe(message)
  })

  test('after half of an emoji ends a message that is refused', async () => {
    const half = Buffer.from('🎉').subarray(0, 2)
    expect(await exchange(await service().address(), [half])).toMatch(/^ERROR not_utf8: [^\n]+\n$/)
  })
})

describe('unfinished messages', () => {
  /** A connection that begins a frame of 60,000 bytes and lacks its last byte. */
  async function openUnfinished(): Promise<RawSocket> {
    const raw = await openRaw(await service().address())
    const frame = encodeRequest({ type: 'append', message: Buffer.alloc(60_000, 'x') })
    await raw.send(Buffer.concat([preface, frame.subarray(0, -1)]))
    return raw
  }

  test('are bounded over all connections: one too many is told that the server is busy', async () => {
    using first = await openUnfinished()
    await until(
      async () => (await service().metric('lab_received_bytes_total')) > 60_000,
      'the first is held',
    )
    using second = await openUnfinished()
    expect((await second.answer).toString()).toContain('busy')
    await first.send('x')
    first.halfClose()
    expect(await first.answer).toEqual(Buffer.from(encodeAnswer({ type: 'appended', sequence: 1n })))
    using third = await openUnfinished()
    await third.send('x')
    third.halfClose()
    expect(await third.answer).toEqual(Buffer.from(encodeAnswer({ type: 'appended', sequence: 2n })))
  })
})

describe('a history of at most 130,000 bytes', () => {
  test('takes what fits exactly, separators counted, and refuses one byte more', async () => {
    const { host, port } = await service().address()
    const client = createHistoryClient({ host, port })
    await client.send('a'.repeat(65_000))
    await expect(client.send('b'.repeat(65_000))).rejects.toMatchObject({
      code: 'resource_exhausted',
      status: 'history_full',
    })
    expect(await client.send('b'.repeat(64_999))).toHaveLength(2)
    await expect(client.send('x')).rejects.toMatchObject({ status: 'history_full' })
  })

  test('counts messages that are on their way together', async () => {
    const { host, port } = await service().address()
    await using session = await createHistoryClient({ host, port }).open()
    const texts = [40_000, 40_000, 40_000, 40_000, 1].map((length) => 'x'.repeat(length))
    const outcomes = await Promise.allSettled(texts.map((text) => session.append(text)))
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
  })
})

describe('answers that nobody reads', () => {
  const ownLab = useLab(['tcp-history'], { SEND_BYTES_MAX: '150000' })

  test('are bounded over all connections: who waits longest is cut off, who reads is served', async () => {
    const service = ownLab.service('tcp-history')
    const address = await service.address()
    await using session = await createHistoryClient({ host: address.host, port: address.port }).open()
    // More than the buffers of all sockets on the way take.
    const messages = Array.from({ length: 900 }, (_, i) => `${i}`.padEnd(60_000, '.'))
    for (let i = 0; i < messages.length; i += 20)
      await Promise.all(messages.slice(i, i + 20).map((message) => session.append(message)))
    const silent = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const raw = await openRaw(address)
        raw.socket.pause()
        await raw.send(Buffer.concat([preface, encodeRequest({ type: 'read', from: 1n, limit: 0 })]))
        return raw
      }),
    )
    // Two frames of 64 KiB may wait, and that of the session.
    await until(
      async () => (await service.readLogs()).split('too many bytes wait').length - 1 >= silent.length - 2,
      'all but two of the silent are cut off',
    )
    await until(async () => (await service.metric('lab_connections')) <= 3, 'their connections are closed')
    const read = await Array.fromAsync(session.read(), ({ message }) => message)
    expect(read).toEqual(messages)
    for (const raw of silent) raw[Symbol.dispose]()
  })
})
