import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { startService } from '../../servers/service.ts'
import { appendMessages, appendWorkload, plainWorkload } from './workload.ts'

const sizes = [10, 100, 1_000, 10_000, 100_000, 1_000_000]

export const historyGrowth: Scenario = {
  name: 'history-growth',
  title: 'What a message costs as the history grows',
  view: 'growth',
  cases: sizes.flatMap((messages) => [
    comparison({
      name: `plain, ${messages.toLocaleString('en')} messages`,
      protocol: 'TCP',
      operation: 'connect, leave a message of 16 bytes, read the whole history, close',
      parameters: { messages, mode: 'plain' },
      profile: 'full',
      subject: async () => {
        const server = await startService('tcp-history')
        await appendMessages(server, messages)
        return { server, workload: plainWorkload }
      },
      concurrency: { connections: 4 },
      batch: { calls: messages > 100_000 ? 40 : 400, count: 1 },
      roundsMax: 3,
    }),
    comparison({
      name: `append, ${messages.toLocaleString('en')} messages`,
      protocol: 'TCP',
      operation: 'APPEND of 16 bytes, 1,000 in flight',
      parameters: { messages, mode: 'framed append' },
      profile: 'full',
      subject: async () => {
        const server = await startService('tcp-history')
        await appendMessages(server, messages)
        return { server, workload: appendWorkload(1_000) }
      },
      concurrency: { connections: 1 },
      batch: { calls: 20, count: 1 },
      roundsMax: 3,
    }),
  ]),
}
