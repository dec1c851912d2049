import type { MeasuredService } from '../index.ts'
import { connections } from './connections.ts'
import { fiveReplies } from './five-replies.ts'
import { echoWorkload, name, startEcho } from './workload.ts'

export const service: MeasuredService = {
  name,
  protocol: 'WebSocket',
  floor: 'ws',
  getRecord: (text, env) => ({
    operation: `a message of ${Buffer.byteLength(text)} bytes, which comes back five times`,
    subject: async () => ({ server: await startEcho(env), workload: echoWorkload(text) }),
  }),
  getItems: (count, text) => ({
    operation: `${count / 5} messages, sent together, and their ${count} replies`,
    subject: async () => {
      const { isGood: _, ...one } = echoWorkload(text)
      const request = Buffer.concat(Array(count / 5).fill(one.request))
      return { server: await startEcho(), workload: { ...one, request } }
    },
  }),
  scenarios: [fiveReplies, connections],
}
