import { createHistoryClient } from '@polyservice-lab/clients'
import { decodeAnswer, encodeRequest, FrameParser, preface } from '@polyservice-lab/contracts/tcp-history'
import { beforeEach, describe, expect, test } from 'vitest'
import { until, useLab } from '../support/lab.ts'
import { openRaw, type RawSocket } from './raw-socket.ts'

// No pause ends a message, so that the whole time of a message does.
const lab = useLab(['tcp-history'], {
  IDLE_TIMEOUT_MS: '2000',
  MESSAGE_GAP_MS: '60000',
  RECEIVE_BYTES_MAX: '400000',
})
const service = () => lab.service('tcp-history')

beforeEach(async () => {
  await service().reset()
  await until(async () => (await service().metric('lab_connections')) === 0, 'nobody is connected')
})

async function openAfter(...bytes: (string | Uint8Array)[]): Promise<RawSocket> {
  const raw = await openRaw(await service().address())
  await raw.send(Buffer.concat(bytes.map((part) => Buffer.from(part))))
  return raw
}

const frame = (bytes: number) => encodeRequest({ type: 'append', message: Buffer.alloc(bytes, 'x') })

/** Sends a byte again and again until the connection ends. */
function dribble(raw: RawSocket): void {
  const timer = setInterval(() => raw.socket.write('x'), 100)
  raw.socket.once('end', () => clearInterval(timer)).once('close', () => clearInterval(timer))
}

describe('a connection that is silent', () => {
  test('from its beginning is closed without a word, and nothing is appended', async () => {
    using raw = await openAfter()
    expect((await raw.answer).toString()).toBe('')
    const { host, port } = await service().address()
    expect(await createHistoryClient({ host, port }).send('hello')).toEqual(['hello'])
  })

  test.each([
    ['after a part of the preface', ['HISTORY']],
    ['after a part of a message', ['x'.repeat(1024)]],
  ])('%s is told, and nothing is appended', async (_, bytes) => {
    using raw = await openAfter(...bytes)
    expect((await raw.answer).toString()).toMatch(/^ERROR timeout: [^\n]+\n$/)
  })

  test('after a part of a frame is told, and the answers before it have arrived', async () => {
    using raw = await openAfter(preface, frame(1), frame(1_000).subarray(0, -1))
    const answers = Array.from(new FrameParser().push(await raw.answer), decodeAnswer)
    expect(answers).toEqual([
      { type: 'appended', sequence: 1n },
      { type: 'error', code: 'timeout', text: expect.any(String) },
    ])
  })

  test('between two frames stays open', async () => {
    using raw = await openAfter(preface, frame(1))
    using silent = await openAfter()
    await silent.answer
    await raw.send(frame(1))
    raw.halfClose()
    const answers = Array.from(new FrameParser().push(await raw.answer), decodeAnswer)
    expect(answers.map(({ type }) => type)).toEqual(['appended', 'appended'])
  })
})

test.each([
  ['message', ['x'.repeat(1024)]],
  ['frame', [preface, frame(1_000).subarray(0, -900)]],
])('a %s that arrives byte by byte has no more time than one that does not', async (_, bytes) => {
  using raw = await openAfter(...bytes)
  dribble(raw)
  expect((await raw.answer).toString()).toContain('timeout')
})

test('clients that stop within a frame lose what they held, and others have room', async () => {
  const stopped = await Promise.all(
    Array.from({ length: 3 }, () => openAfter(preface, frame(60_000).subarray(0, -1))),
  )
  await until(
    async () => (await service().metric('lab_received_bytes_total')) >= 180_000,
    'all of them are held',
  )
  for (const raw of stopped) expect((await raw.answer).toString()).toContain('timeout')
  using next = await openAfter(preface, frame(60_000).subarray(0, -1))
  await next.send('x')
  next.halfClose()
  const [answer] = Array.from(new FrameParser().push(await next.answer), decodeAnswer)
  expect(answer).toEqual({ type: 'appended', sequence: 1n })
})
