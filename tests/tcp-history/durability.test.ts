import { createHistoryClient, type HistorySession, LabError } from '@polyservice-lab/clients'
import { describe, expect, test } from 'vitest'
import { type RunningService, until, useLab } from '../support/lab.ts'

const sessions = 6
const plainClients = 2

/** What was acknowledged: framed messages with their numbers, plain messages. */
interface Load {
  readonly numbered: Map<string, bigint>
  readonly plain: Set<string>
  /** Resolves when every client noticed that the server is gone. */
  readonly ended: Promise<unknown>
}

/** Clients that append without a pause, each several messages at a time, until the server is gone. */
async function startLoad(service: RunningService, round: string): Promise<Load> {
  const { host, port } = await service.address()
  const client = createHistoryClient({ host, port, timeoutMs: 20_000 })
  const numbered = new Map<string, bigint>()
  const plain = new Set<string>()

  async function pipeline(session: HistorySession, name: string): Promise<void> {
    for (let batch = 0; ; batch++)
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const message = `${name} ${batch}.${i} ${'x'.repeat((batch * 37 + i) % 300)}`
          numbered.set(message, await session.append(message))
        }),
      )
  }
  async function oneByOne(name: string): Promise<void> {
    for (let i = 0; ; i++) {
      const message = `${name} ${i}`
      await client.send(message)
      plain.add(message)
    }
  }

  const open = await Promise.all(Array.from({ length: sessions }, () => client.open()))
  const clients = [
    ...open.map((session, i) => pipeline(session, `${round} session ${i}`)),
    ...Array.from({ length: plainClients }, (_, i) => oneByOne(`${round} plain ${i}`)),
  ]
  // The loops end by the fault of the connection only.
  const ended = Promise.all(
    clients.map((loop) =>
      loop.catch((error: unknown) => {
        if (!(error instanceof LabError && error.code === 'unavailable')) throw error
      }),
    ),
  )
  return { numbered, plain, ended }
}

async function readAll(service: RunningService): Promise<Map<bigint, string>> {
  const { host, port } = await service.address()
  await using session = await createHistoryClient({ host, port }).open()
  const messages = await Array.fromAsync(session.read({}, { timeoutMs: 20_000 }))
  expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, i) => BigInt(i + 1)))
  return new Map(messages.map(({ sequence, message }) => [sequence, message]))
}

describe.each([
  ['interval', 5],
  ['always', 4],
] as const)('FSYNC=%s', (fsync, rounds) => {
  // Small segments, so that kills meet the change from one to the next.
  const lab = useLab(['tcp-history'], { FSYNC: fsync, SEGMENT_BYTES_MAX: '65536' })

  test(`survives ${rounds} kills under load: every acknowledged message is there, in its place, once`, async () => {
    const service = lab.service('tcp-history')
    const numbered = new Map<string, bigint>()
    const plain = new Set<string>()
    for (let round = 0; round < rounds; round++) {
      const load = await startLoad(service, `round ${round}`)
      const enough = 200 + Math.floor(Math.random() * 1_000)
      await until(() => load.numbered.size >= enough, `${enough} messages are acknowledged`)
      await service.signal('SIGKILL')
      await Promise.all([load.ended, service.exitCode()])
      await service.start()
      for (const [message, sequence] of load.numbered) numbered.set(message, sequence)
      for (const message of load.plain) plain.add(message)

      const kept = await readAll(service)
      const lost = [...numbered].filter(([message, sequence]) => kept.get(sequence) !== message)
      expect(lost).toEqual([])
      const all = [...kept.values()]
      const unique = new Set(all)
      expect(all.length).toBe(unique.size)
      expect(plain.difference(unique)).toEqual(new Set())
    }
  })
})
