import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHistoryClient, LabError } from '@polyservice-lab/clients'
import { encodeRequest, preface } from '@polyservice-lab/contracts/tcp-history'
import { beforeAll, describe, expect, test } from 'vitest'
import { docker, runToExit } from '../support/docker.ts'
import { until, useLab } from '../support/lab.ts'
import { openRaw } from './raw-socket.ts'

const lab = useLab(['tcp-history'])
const service = () => lab.service('tcp-history')

test('SIGTERM under load: who is answered is kept, who is not is told, and the exit code is 0', async () => {
  const { host, port, ...rest } = await service().address()
  const address = { host, port, ...rest }
  const client = createHistoryClient({ host, port, timeoutMs: 20_000 })
  const acknowledged: string[] = []
  const faults: unknown[] = []

  const untilFault = async (step: (i: number) => Promise<string>) => {
    try {
      for (let i = 0; ; i++) acknowledged.push(await step(i))
    } catch (error) {
      faults.push(error)
    }
  }
  const session = await client.open()
  const follower = await client.open()
  const followed: string[] = []
  const following = (async () => {
    for await (const { message } of follower.follow()) followed.push(message)
  })().catch((error: unknown) => faults.push(error))
  const load = [
    ...Array.from({ length: 8 }, (_, lane) =>
      untilFault(async (i) => {
        const message = `plain ${lane} ${i}`
        expect((await client.send(message)).at(-1)).toBe(message)
        return message
      }),
    ),
    // Never without a request on its way: the drain has to end what never pauses.
    ...Array.from({ length: 50 }, (_, lane) =>
      untilFault(async (i) => {
        await session.append(`framed ${lane} ${i}`)
        return `framed ${lane} ${i}`
      }),
    ),
  ]
  using silent = await openRaw(address)
  using halfMessage = await openRaw(address)
  await halfMessage.send('x'.repeat(1024))
  using halfFrame = await openRaw(address)
  await halfFrame.send(
    Buffer.concat([
      preface,
      encodeRequest({ type: 'append', message: Buffer.from('never whole') }).subarray(0, 9),
    ]),
  )
  await until(() => acknowledged.length > 300, 'the load runs')

  await service().signal('SIGTERM')
  await Promise.all([...load, following])
  expect(await service().exitCode()).toBe(0)

  expect((await silent.answer).toString()).toMatch(/^ERROR draining: [^\n]+\n$/)
  expect((await halfFrame.answer).subarray(5).toString()).toContain('draining')
  expect((await halfMessage.answer).toString().split('\n').at(-1)).toBe('x'.repeat(1024))
  for (const fault of faults) expect(fault).toMatchObject({ code: 'unavailable' } satisfies Partial<LabError>)
  // A port that is closed is the answer to those who come after the last call.
  const told = faults.filter((fault) => fault instanceof LabError && fault.status === 'draining')
  expect(told.length).toBeGreaterThan(0)

  await service().start()
  const again = createHistoryClient(await service().address())
  const kept = await again.send('after')
  expect(kept.filter((message) => message === 'never whole')).toEqual([])
  expect(new Set(acknowledged).difference(new Set(kept))).toEqual(new Set())
  expect(kept.slice(0, followed.length)).toEqual(followed)
})

describe('the log of a server that was killed', () => {
  const ownLab = useLab(['tcp-history'])
  const service = () => ownLab.service('tcp-history')
  const segment = '/data/0000000000000001.log'
  const messages = ['first', 'second', 'third']

  let container: string
  /** The log of a server that was killed when it had these messages. */
  let log: Buffer

  /** Stops the server, where it runs, and replaces its log. */
  async function putLog(bytes: Uint8Array): Promise<void> {
    await docker('stop', '--time', '0', container)
    const directory = await mkdtemp(join(tmpdir(), 'lab-log-'))
    const file = join(directory, 'log')
    await writeFile(file, bytes)
    // The copy belongs to root, whom the server is not.
    await chmod(file, 0o666)
    await docker('cp', file, `${container}:${segment}`)
    await rm(directory, { recursive: true })
  }

  async function readLog(): Promise<Buffer> {
    const directory = await mkdtemp(join(tmpdir(), 'lab-log-'))
    await docker('cp', `${container}:${segment}`, join(directory, 'log'))
    const bytes = await readFile(join(directory, 'log'))
    await rm(directory, { recursive: true })
    return bytes
  }

  beforeAll(async () => {
    container = service().getId()
    const client = createHistoryClient(await service().address())
    for (const message of messages) await client.send(message)
    await service().signal('SIGKILL')
    await service().exitCode()
    log = await readLog()
  })

  test('damage in the middle of the log stops the start with exit code 1, naming file and offset', async () => {
    const damaged = Buffer.from(log)
    const at = damaged.indexOf('second')
    damaged.write('S', at)
    await putLog(damaged)
    const { code, stderr } = await runToExit('docker', ['start', '--attach', container])
    expect(code).toBe(1)
    expect(stderr).toContain(`${segment}: damaged at byte ${at - 8}`)
  })

  test('a log of another release stops the start with exit code 2 and one line, and stays as it is', async () => {
    const other = Buffer.from(log)
    other.write('PLHIST01')
    await putLog(other)
    const { code, stderr } = await runToExit('docker', ['start', '--attach', container])
    expect(code).toBe(2)
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`tcp-history: ${segment}: written in format 01`),
    ])
    expect(stderr).not.toContain('damaged')
    expect(await readLog()).toEqual(other)
  })

  test('a torn end is cut off, with a line in the log, and the service goes on', async () => {
    await putLog(log.subarray(0, -2))
    await service().start()
    expect(await service().readLogs()).toContain('cut off a record that a crash left unfinished')
    const client = createHistoryClient(await service().address())
    expect(await client.send('next')).toEqual(['first', 'second', 'next'])
  })
})
