import {
  appendFile,
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@polyservice-lab/service-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SegmentLog, type SegmentLogOptions } from './segment-log.ts'

const headerBytes = 24
const recordHeaderBytes = 8
const utf8 = (text: string) => new TextEncoder().encode(text)

let directory: string
let logged: { readonly message: string }[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'segment-log-'))
  logged = []
})
afterEach(() => rm(directory, { recursive: true }))

/** A log in the directory of the test, with what it had kept. */
async function openLog(options: Partial<SegmentLogOptions> = {}) {
  const log = new SegmentLog({
    directory,
    fsync: 'interval',
    fsyncIntervalMs: 10,
    segmentBytesMax: 1_000_000,
    logger: { info: () => {}, warn: (fields, message) => logged.push({ ...fields, message }) },
    onDiskFailure: (error) => {
      throw error
    },
    ...options,
  })
  const kept: string[] = []
  await log.open((message) => kept.push(Buffer.from(message).toString()))
  return { log, kept, [Symbol.asyncDispose]: () => log[Symbol.asyncDispose]() }
}

/** Keeps messages, and closes the log. */
async function keep(messages: readonly string[], options: Partial<SegmentLogOptions> = {}): Promise<void> {
  await using opened = await openLog(options)
  // One after the other, so that the log can begin a new segment between them.
  for (const message of messages) await opened.log.append(utf8(message))
}

async function reopened(): Promise<string[]> {
  await using opened = await openLog()
  return opened.kept
}

async function segmentNames(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.log')).sort()
}

async function segments(): Promise<string[]> {
  return (await segmentNames()).map((name) => join(directory, name))
}

async function onlySegment(): Promise<string> {
  const [file, ...others] = await segments()
  expect(others).toEqual([])
  return file ?? ''
}

async function damage(file: string, offset: number): Promise<void> {
  const bytes = await readFile(file)
  bytes[offset] = (bytes[offset] ?? 0) ^ 0xff
  await writeFile(file, bytes)
}

const three = ['first', 'second', 'third']
const startOfThird = headerBytes + 2 * recordHeaderBytes + 'firstsecond'.length

describe.each(['always', 'interval'] as const)('fsync %s', (fsync) => {
  test('keeps messages over a restart, in their order', async () => {
    await keep(three, { fsync })
    expect(await reopened()).toEqual(three)
    await keep(['fourth'], { fsync })
    expect(await reopened()).toEqual([...three, 'fourth'])
  })

  test('appends that wait together resolve in their order', async () => {
    await using opened = await openLog({ fsync })
    const resolved: number[] = []
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => opened.log.append(utf8(`${i}`)).then(() => resolved.push(i))),
    )
    expect(resolved).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  test('forgets what came before a clear, and keeps what came after it', async () => {
    {
      await using opened = await openLog({ fsync, segmentBytesMax: 64 })
      const { log } = opened
      await Promise.all([log.append(utf8('before')), log.clear(), log.append(utf8('after'))])
    }
    expect(await reopened()).toEqual(['after'])
  })
})

test('begins a new segment when one is long enough, named by its first message', async () => {
  const messages = Array.from({ length: 10 }, (_, i) => `message ${i}`)
  await keep(messages, { segmentBytesMax: 60 })
  expect(await segmentNames()).toEqual([1, 4, 7, 10].map((first) => `${String(first).padStart(16, '0')}.log`))
  expect(await reopened()).toEqual(messages)
})

describe('a torn tail', () => {
  test.each([
    ['in the header of the record', startOfThird + 3],
    ['before the text of the record', startOfThird + recordHeaderBytes],
    ['in the text of the record', startOfThird + recordHeaderBytes + 4],
  ])('that ends %s is cut off with a line in the log', async (_, length) => {
    await keep(three)
    await truncate(await onlySegment(), length)
    expect(await reopened()).toEqual(['first', 'second'])
    expect(logged).toMatchObject([{ message: expect.stringContaining('cut off'), offset: startOfThird }])
    await keep(['next'])
    expect(await reopened()).toEqual(['first', 'second', 'next'])
  })

  test.each([
    ['zeros', Buffer.alloc(5_000)],
    ['bytes that are no record', Buffer.alloc(300, 'garbage')],
    ['a record without its last byte', Buffer.from('000000050000000061626364', 'hex')],
  ])('of %s is cut off', async (_, tail) => {
    await keep(three)
    await appendFile(await onlySegment(), tail)
    expect(await reopened()).toEqual(three)
    expect((await readFile(await onlySegment())).length).toBe(
      startOfThird + recordHeaderBytes + 'third'.length,
    )
  })

  test('in a segment that was only just begun', async () => {
    await keep(three)
    for (const bytes of [0, 10, headerBytes]) {
      await writeFile(join(directory, '0000000000000004.log'), Buffer.alloc(bytes))
      expect(await reopened()).toEqual(three)
    }
    await keep(['next'])
    expect(await reopened()).toEqual([...three, 'next'])
  })

  test('with the bytes of a whole record in its message is no middle', async () => {
    await keep(['x'])
    const record = (await readFile(await onlySegment())).subarray(headerBytes)
    await rm(await onlySegment())
    {
      await using opened = await openLog()
      await opened.log.append(utf8('first'))
      await opened.log.append(Buffer.concat([record, record]))
    }
    const file = await onlySegment()
    await truncate(file, (await readFile(file)).length - 1)
    expect(await reopened()).toEqual(['first'])
  })
})

describe('damage', () => {
  test.each([
    ['in the length of a record', headerBytes],
    ['in the checksum of a record', headerBytes + 5],
    ['in the text of a record', headerBytes + recordHeaderBytes + 2],
  ])('%s in the middle stops the start, naming file and offset', async (_, offset) => {
    await keep(three)
    const file = await onlySegment()
    await damage(file, offset)
    const before = await readFile(file)
    await expect(openLog()).rejects.toThrow(`${file}: damaged at byte ${headerBytes}`)
    expect(await readFile(file)).toEqual(before)
  })

  test('in the header of a segment with records stops the start', async () => {
    await keep(three)
    await damage(await onlySegment(), 9)
    await expect(openLog()).rejects.toThrow(/damaged at byte 0/)
  })

  test('at the end of a segment that is not the last stops the start', async () => {
    await keep([...three, 'fourth', 'fifth'], { segmentBytesMax: 60 })
    const [first = ''] = await segments()
    await truncate(first, (await readFile(first)).length - 1)
    await expect(openLog()).rejects.toThrow(`${first}: damaged at byte`)
  })

  test('a segment that is missing stops the start', async () => {
    await keep([...three, 'fourth', 'fifth', 'sixth', 'seventh'], { segmentBytesMax: 50 })
    const [, second = '', third = ''] = await segments()
    await rm(second)
    await expect(openLog()).rejects.toThrow(`${third}: damaged at byte 8: it begins with message`)
  })

  test('a segment under the name of another stops the start', async () => {
    await keep([...three, 'fourth', 'fifth', 'sixth', 'seventh'], { segmentBytesMax: 50 })
    const [first = '', second = ''] = await segments()
    await rename(second, first)
    await expect(openLog()).rejects.toThrow(/it begins with message \d instead of 1/)
  })
})

test('a segment of another release stops the start, and is not called damaged', async () => {
  await keep(three)
  const file = await onlySegment()
  const bytes = await readFile(file)
  bytes.write('PLHIST01')
  await writeFile(file, bytes)
  const refusal = await openLog().catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ConfigError)
  expect(refusal).toMatchObject({ faults: [expect.stringContaining(`${file}: written in format 01`)] })
  expect(await readFile(file)).toEqual(bytes)
})

test('records that are longer together than what is read at once are all read', async () => {
  const messages = Array.from({ length: 40 }, (_, i) => `${i} `.padEnd(60_000 + i * 7_001, 'x'))
  await keep(messages, { segmentBytesMax: 100_000_000 })
  expect((await reopened()).join() === messages.join()).toBe(true)
  const file = await onlySegment()
  await damage(file, (await readFile(file)).length - 1_500_000)
  await expect(openLog()).rejects.toThrow(`${file}: damaged at byte`)
})

describe('a disk that fails', () => {
  afterEach(() => vi.restoreAllMocks())

  /** From now on the operating system cannot write any file to the disk. */
  async function failToSync(): Promise<void> {
    await using handle = await open(await onlySegment())
    const files: FileHandle = Object.getPrototypeOf(handle)
    vi.spyOn(files, 'datasync').mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }))
  }

  /** Opens a log with one message, and hears of failures. */
  async function openFailing(options: Partial<SegmentLogOptions>) {
    const failure = Promise.withResolvers<unknown>()
    const { log } = await openLog({ ...options, onDiskFailure: failure.resolve })
    await log.append(utf8('before'))
    return { log, failed: failure.promise }
  }

  test('at a sync, FSYNC=always, ends the process and acknowledges nothing', async () => {
    const { log, failed } = await openFailing({ fsync: 'always' })
    await failToSync()
    let settled = false
    const settle = () => {
      settled = true
    }
    log.append(utf8('unknown')).then(settle, settle)
    expect(await failed).toMatchObject({ code: 'EIO' })
    log.append(utf8('behind it')).then(settle, settle)
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
  })

  test('at a sync, FSYNC=interval, ends the process', async () => {
    const { log, failed } = await openFailing({ fsync: 'interval' })
    await failToSync()
    await log.append(utf8('acknowledged before its sync'))
    expect(await failed).toMatchObject({ code: 'EIO' })
  })
})
