import { echoWorkload, startEcho } from '../fixtures/ws-echo.ts'
import { comparison } from '../measure/comparison.ts'
import type { Scenario } from '../scenario.ts'
import { startOriginal } from '../servers/original.ts'

const subject = async () => ({ server: await startEcho(), workload: echoWorkload('hello') })

export const wsEcho: Scenario = {
  name: 'ws-echo',
  title: 'One message, five replies: against bare node:net and against python3-websockets',
  view: 'ratios',
  cases: [
    comparison({
      name: '16 connections',
      protocol: 'WebSocket',
      operation: 'one text message of 5 bytes and its five replies',
      profile: 'short',
      subject,
      floor: 'net',
      original: () => startOriginal('ws-echo'),
      concurrency: { connections: 16 },
    }),
    comparison({
      name: '64 connections',
      protocol: 'WebSocket',
      operation: 'one text message of 5 bytes and its five replies',
      profile: 'short',
      subject,
      floor: 'net',
      concurrency: { connections: 64 },
      latencyAt: 0.5,
    }),
  ],
}
