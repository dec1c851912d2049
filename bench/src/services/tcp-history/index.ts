import { startService } from '../../servers/service.ts'
import type { MeasuredService } from '../index.ts'
import { appends } from './appends.ts'
import { historyGrowth } from './growth.ts'
import { plainHistory } from './plain-history.ts'
import { appendMessages, readWorkload } from './workload.ts'

export const service: MeasuredService = {
  name: 'tcp-history',
  protocol: 'TCP',
  floor: 'net',
  getRecord: (text, env) => ({
    operation: `READ of one message, ${Buffer.byteLength(text)} bytes`,
    subject: async () => {
      const server = await startService('tcp-history', env)
      await appendMessages(server, 1, text)
      return { server, workload: readWorkload(1) }
    },
  }),
  getItems: (count, text) => ({
    operation: `READ of ${count} messages`,
    subject: async () => {
      const server = await startService('tcp-history')
      await appendMessages(server, count, text)
      return { server, workload: readWorkload(count) }
    },
  }),
  scenarios: [plainHistory, appends, historyGrowth],
}
