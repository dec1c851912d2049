import { createHistoryClient, type HistoryClient, type HistoryMessage } from '@polyservice-lab/clients'
import {
  type Answer,
  decodeAnswer,
  encodeAnswer,
  encodeRequest,
  FrameParser,
  preface,
  type Request,
} from '@polyservice-lab/contracts/tcp-history'
import vectors from '@polyservice-lab/contracts/tcp-history/vectors.json' with { type: 'json' }
import { beforeEach, describe, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { until, useLab } from '../support/lab.ts'
import { openRaw } from './raw-socket.ts'

// No pause turns a part of the preface into a plain message, however long the rest takes to arrive.
const lab = useLab(['tcp-history'], { MESSAGE_GAP_MS: '60000' })
const service = () => lab.service('tcp-history')
let client: HistoryClient

beforeEach(async () => {
  await service().reset()
  const { host, port } = await service().address()
  client = createHistoryClient({ host, port })
})

const append = (message: string | Uint8Array): Request => ({ type: 'append', message: Buffer.from(message) })
const read = (from: number, limit = 0): Request => ({ type: 'read', from: BigInt(from), limit })
const follow = (from: number): Request => ({ type: 'follow', from: BigInt(from) })

/** An answer in a few words: `appended 1`, `messages 1 a b`, `end 2`, `error empty`. */
function inWords(answer: Answer): string {
  switch (answer.type) {
    case 'appended':
      return `appended ${answer.sequence}`
    case 'messages':
      return `messages ${answer.first} ${answer.messages.map((message) => Buffer.from(message).toString()).join(' ')}`
    case 'end':
      return `end ${answer.last}`
    case 'error':
      return `error ${answer.code}`
  }
}

/** Sends requests and a half-close in one go, or byte by byte, and returns the answers. */
async function ask(requests: readonly (Request | Uint8Array)[], byteByByte = false): Promise<string[]> {
  using raw = await openRaw(await service().address())
  const bytes = Buffer.concat([
    preface,
    ...requests.map((request) => (request instanceof Uint8Array ? request : encodeRequest(request))),
  ])
  if (byteByByte) for (const byte of bytes) await raw.send(Buffer.of(byte))
  else await raw.send(bytes)
  raw.halfClose()
  return Array.from(new FrameParser().push(await raw.answer), (frame) => inWords(decodeAnswer(frame)))
}

describe('requests', () => {
  test.each<[string, Request[], string[]]>([
    ['the preface alone is answered with nothing', [], []],
    ['APPEND tells the sequence number', [append('a'), append('b')], ['appended 1', 'appended 2']],
    ['READ of an empty history is END alone', [read(1)], ['end 0']],
    [
      'READ gives what was appended before it',
      [append('a'), append('b'), read(1)],
      ['appended 1', 'appended 2', 'messages 1 a b', 'end 2'],
    ],
    [
      'READ from the middle',
      [append('a'), append('b'), append('c'), read(2)],
      ['appended 1', 'appended 2', 'appended 3', 'messages 2 b c', 'end 3'],
    ],
    [
      'READ with a limit',
      [append('a'), append('b'), append('c'), read(1, 2)],
      ['appended 1', 'appended 2', 'appended 3', 'messages 1 a b', 'end 3'],
    ],
    ['READ with a limit beyond the end', [append('a'), read(1, 9)], ['appended 1', 'messages 1 a', 'end 1']],
    ['READ from the next message is END alone', [append('a'), read(2)], ['appended 1', 'end 1']],
    [
      'READ from far beyond the end is END alone',
      [append('a'), { type: 'read', from: 2n ** 64n - 1n, limit: 0 }],
      ['appended 1', 'end 1'],
    ],
    ['READ from 0 is refused', [read(0)], ['error bad_range']],
    [
      'FOLLOW gives the history',
      [append('a'), append('b'), follow(1)],
      ['appended 1', 'appended 2', 'messages 1 a b'],
    ],
    ['FOLLOW from the next message waits for it', [follow(1)], []],
    ['FOLLOW from 0 is refused', [follow(0)], ['error bad_range']],
    [
      'FOLLOW from beyond the next message is refused',
      [append('a'), follow(3)],
      ['appended 1', 'error bad_range'],
    ],
    ['READ after FOLLOW is refused', [follow(1), read(1)], ['error following']],
    ['FOLLOW after FOLLOW is refused', [follow(1), follow(1)], ['error following']],
    [
      'FOLLOW after a FOLLOW that was refused is not',
      [follow(0), append('a'), follow(1)],
      ['error bad_range', 'appended 1', 'messages 1 a'],
    ],
    ['APPEND after FOLLOW is allowed', [follow(1), append('a')], ['appended 1', 'messages 1 a']],
  ])('%s', async (_, requests, expected) => {
    expect((await ask(requests)).toSorted()).toEqual(expected.toSorted())
  })

  test('answers come in the order of the requests, refusals among them', async () => {
    const requests = [
      append('a'),
      append(''),
      append('b'),
      read(0),
      append('x\ny'),
      read(1, 1),
      append('c'),
      read(4),
    ]
    expect(await ask(requests)).toEqual([
      'appended 1',
      'error empty',
      'appended 2',
      'error bad_range',
      'error newline',
      'messages 1 a',
      'end 2',
      'appended 3',
      'end 3',
    ])
  })

  test.each<[string, Request, string]>([
    ['an empty message', append(''), 'empty'],
    ['a message that is too long', append('x'.repeat(65_537)), 'too_long'],
    ['a message with a line break', append('a\nb'), 'newline'],
    ['bytes that are not UTF-8', append(Buffer.of(0xff)), 'not_utf8'],
    ['half of an emoji', append(Buffer.from('🎉').subarray(0, 3)), 'not_utf8'],
  ])('refuses %s and stays open', async (_, request, code) => {
    expect(await ask([request, append('next'), read(1)])).toEqual([
      `error ${code}`,
      'appended 1',
      'messages 1 next',
      'end 1',
    ])
  })

  test('one byte at a time is the same stream', async () => {
    expect(await ask([append('aé🎉'), read(1), follow(1)], true)).toEqual([
      'appended 1',
      'messages 1 aé🎉',
      'end 1',
      'messages 1 aé🎉',
    ])
  })

  test('the preface cut in two begins framed mode', async () => {
    const received = await service().metric('lab_received_bytes_total')
    using raw = await openRaw(await service().address())
    await raw.send('HIST')
    await until(
      async () => (await service().metric('lab_received_bytes_total')) === received + 4,
      'the first half is read',
    )
    await raw.send(Buffer.concat([Buffer.from('ORY/1\n'), encodeRequest(append('a'))]))
    raw.halfClose()
    expect(await raw.answer).toEqual(Buffer.from(encodeAnswer({ type: 'appended', sequence: 1n })))
  })

  test('a half-close right behind the last append takes nothing away, whatever the server is doing', async () => {
    const requests = Array.from({ length: 6_000 }, (_, i) => append(`message ${i}`))
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(requests)))
    for (const own of answers)
      expect(own.map((answer) => answer.split(' ')[0])).toEqual(requests.map(() => 'appended'))
  })

  test('a thousand appends in one write are numbered in their order', async () => {
    const texts = Array.from({ length: 1000 }, (_, i) => `message ${i}`)
    expect(await ask(texts.map(append))).toEqual(texts.map((_, i) => `appended ${i + 1}`))
    await using session = await client.open()
    expect((await Array.fromAsync(session.read())).map(({ message }) => message)).toEqual(texts)
  })
})

describe('frames that are none', () => {
  const fromClients = vectors.invalid.filter(({ from }) => from === 'client')

  test.each(fromClients)('answers what came before $name, then bad_frame, then closes', async ({ hex }) => {
    const answers = await ask([append('before'), Buffer.from(hex, 'hex'), append('behind')])
    expect(answers).toEqual(['appended 1', 'error bad_frame'])
    expect(await client.send('plain')).toEqual(['before', 'plain'])
  })

  test('refuses a frame that ends with the stream', async () => {
    expect(await ask([append('a'), encodeRequest(append('cut off')).subarray(0, 8)])).toEqual([
      'appended 1',
      'error bad_frame',
    ])
  })

  test('refuses a huge length without waiting for its body', async () => {
    using raw = await openRaw(await service().address())
    await raw.send(Buffer.concat([preface, Buffer.of(0x7f, 0xff, 0xff, 0xff)]))
    const [frame] = new FrameParser().push(await raw.answer)
    expect(frame && inWords(decodeAnswer(frame))).toBe('error bad_frame')
  })
})

describe('long histories', () => {
  test('come in MESSAGES frames of at most 1 MiB, with every message once and in order', async () => {
    await using session = await client.open()
    const texts = Array.from({ length: 60 }, (_, i) => String.fromCodePoint(97 + (i % 26)).repeat(65_536 - i))
    await Promise.all(texts.map((text) => session.append(text)))
    using raw = await openRaw(await service().address())
    await raw.send(Buffer.concat([preface, encodeRequest(read(1))]))
    raw.halfClose()
    const bytes = await raw.answer
    const frames = [...new FrameParser().push(bytes)]
    expect(Math.max(...frames.map(({ payload }) => payload.length + 5))).toBeLessThanOrEqual(1_048_576)
    expect((await Array.fromAsync(session.read())).map(({ message }) => message)).toEqual(texts)
    expect(await client.send('end')).toEqual([...texts, 'end'])
  })

  test('are read from any place', async () => {
    await using session = await client.open()
    const texts = Array.from({ length: 500 }, (_, i) => `${i}`.padStart((i % 7) + 3, '·'))
    await Promise.all(texts.map((text) => session.append(text)))
    for (const from of [1, 2, 63, 64, 65, 66, 128, 129, 499, 500]) {
      const [first] = await Array.fromAsync(session.read({ from: BigInt(from), limit: 1 }))
      expect(first).toEqual({ sequence: BigInt(from), message: texts[from - 1] })
    }
  })
})

describe('the client', () => {
  test('follows from the middle, then live, while it appends', async () => {
    await using session = await client.open()
    for (const text of ['a', 'b', 'c']) await session.append(text)
    const received: HistoryMessage[] = []
    for await (const message of session.follow({ from: 2n })) {
      received.push(message)
      if (received.length === 2) await session.append('d')
      if (received.length === 3) await client.send('e')
      if (received.length === 4) break
    }
    expect(received.map(({ sequence, message }) => `${sequence} ${message}`)).toEqual([
      '2 b',
      '3 c',
      '4 d',
      '5 e',
    ])
    expect(await session.append('f')).toBe(6n)
  })

  test('maps errors to its own, and goes on after those of one call', async () => {
    await using session = await client.open()
    await expect(session.append('x'.repeat(65_537))).rejects.toMatchObject({
      code: 'resource_exhausted',
      status: 'too_long',
    })
    await expect(session.append('a\nb')).rejects.toMatchObject({
      code: 'invalid_argument',
      status: 'newline',
    })
    await expect(Array.fromAsync(session.read({ from: 0n }))).rejects.toMatchObject({ code: 'out_of_range' })
    await expect(Array.fromAsync(session.follow({ from: 9n }))).rejects.toMatchObject({ status: 'bad_range' })
    expect(await session.append('a')).toBe(1n)
    const following = session.follow()
    expect((await following.next()).value).toEqual({ sequence: 1n, message: 'a' })
    await expect(Array.fromAsync(session.read())).rejects.toMatchObject({ code: 'failed_precondition' })
  })

  test('a loop that is left early does not hold up what follows', async () => {
    await using session = await client.open()
    await Promise.all(Array.from({ length: 50 }, () => session.append('x'.repeat(60_000))))
    for await (const { sequence } of session.read()) if (sequence === 2n) break
    expect(await session.append('behind')).toBe(51n)
  })

  test('a call that is cancelled leaves the others in order', async () => {
    await using session = await client.open()
    const signal = AbortSignal.abort()
    const calls = [session.append('a'), session.append('b', { signal }), session.append('c')]
    const outcomes = await Promise.allSettled(calls)
    expect(
      outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.code)),
    ).toEqual([1n, 'cancelled', 2n])
  })

  test('asks a server that is silent whether it is there, and goes on with one that is', async () => {
    const { host, port } = await service().address()
    let answered = 0
    const asking = createHistoryClient({
      host,
      port,
      keepaliveMs: 100,
      onWire: ({ direction, text }) => {
        if (direction === 'received' && text.startsWith('ERROR empty')) answered++
      },
    })
    const following = asking.follow()
    const first = following.next()
    await until(() => answered >= 3, 'it has answered three times')
    await client.send('hello')
    expect((await first).value).toEqual({ sequence: 1n, message: 'hello' })
    await following.return?.()
  })

  test('is told that a server is gone which was paused', async () => {
    const { host, port } = await service().address()
    const container = service().getId()
    await using session = await createHistoryClient({ host, port, keepaliveMs: 1_000 }).open()
    await session.append('before')
    const following = session.follow({ from: 2n })
    await docker('pause', container)
    try {
      await expect(following.next()).rejects.toMatchObject({ code: 'unavailable' })
    } finally {
      await docker('unpause', container)
    }
  })

  test('a session that is closed rejects what is called on it', async () => {
    const session = await client.open()
    await session[Symbol.asyncDispose]()
    await expect(session.append('late')).rejects.toMatchObject({ code: 'cancelled' })
  })
})
