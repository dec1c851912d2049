import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { startOriginal } from '../../servers/original.ts'
import { echoWorkload, name, startEcho } from './workload.ts'

const subject = async () => ({ server: await startEcho(), workload: echoWorkload('hello') })

export const fiveReplies: Scenario = {
  name,
  title: 'One message, five replies: against a bare ws server and against python3-websockets',
  view: 'ratios',
  cases: [
    comparison({
      name: '16 connections',
      protocol: 'WebSocket',
      operation: 'one text message of 5 bytes and its five replies',
      profile: 'short',
      subject,
      floor: 'ws',
      original: () => startOriginal(import.meta.dirname, ['websockets']),
      concurrency: { connections: 16 },
    }),
    comparison({
      name: '64 connections',
      protocol: 'WebSocket',
      operation: 'one text message of 5 bytes and its five replies',
      profile: 'short',
      subject,
      floor: 'ws',
      concurrency: { connections: 64 },
      latencyAt: 0.5,
    }),
  ],
}
