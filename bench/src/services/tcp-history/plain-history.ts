import { type Batch, comparison, type Target } from '../../measure/comparison.ts'
import type { Case, Scenario } from '../../scenario.ts'
import { startOriginal } from '../../servers/original.ts'
import { reset, startService } from '../../servers/service.ts'
import { appendMessages, plainWorkload } from './workload.ts'

const operation = 'connect, leave a message of 16 bytes, read the whole history, close'

/** Puts a server back to a history of so many messages. */
async function backTo(messages: number, { role, server }: Target): Promise<void> {
  if (role === 'floor') return
  if (role === 'original') return server.signal('SIGUSR1')
  await reset(server)
  await appendMessages(server, messages)
}

interface At {
  readonly calls: number
  readonly count: number
  /** Whether the history is put back before each batch; where calls are few against it, it need not be. */
  readonly goesBack?: boolean
  readonly floor?: 'net'
}

/** A history that has `messages` in the middle of each batch, because each call adds one. */
function atHistoryOf(messages: number, { calls, count, goesBack = true, floor }: At): Case {
  const begin = messages - calls / 2
  const batch: Batch = {
    calls,
    count,
    ...(goesBack ? { before: (target: Target) => backTo(begin, target) } : {}),
  }
  return comparison({
    name: `${messages.toLocaleString('en')} messages`,
    protocol: 'TCP',
    operation,
    parameters: { messages },
    profile: 'short',
    subject: async () => {
      const server = await startService('tcp-history')
      if (!goesBack) await appendMessages(server, begin)
      return { server, workload: plainWorkload }
    },
    ...(floor === undefined ? {} : { floor }),
    original: () => startOriginal(import.meta.dirname, [], [`${begin}`]),
    concurrency: { connections: 16 },
    batch,
  })
}

export const plainHistory: Scenario = {
  name: 'plain-history',
  title: 'Plain TCP: a message for the whole history, against single-threaded Python',
  view: 'ratios',
  cases: [
    atHistoryOf(10, { calls: 20, count: 40, floor: 'net' }),
    atHistoryOf(1_000, { calls: 200, count: 5, floor: 'net' }),
    atHistoryOf(10_000, { calls: 400, count: 1 }),
    atHistoryOf(100_000, { calls: 150, count: 1, goesBack: false }),
    comparison({
      name: 'growing from 0 to 10,000',
      protocol: 'TCP',
      operation,
      profile: 'short',
      subject: async () => ({ server: await startService('tcp-history'), workload: plainWorkload }),
      original: () => startOriginal(import.meta.dirname),
      concurrency: { connections: 16 },
      batch: { calls: 10_000, count: 1, before: (target) => backTo(0, target) },
      roundsMax: 2,
    }),
  ],
}
