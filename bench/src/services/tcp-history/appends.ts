import { comparison } from '../../measure/comparison.ts'
import type { Scenario } from '../../scenario.ts'
import { reset, startService } from '../../servers/service.ts'
import { appendMessages, appendWorkload } from './workload.ts'

const subject = (env: Record<string, string>, pipelined: number) => async () => ({
  server: await startService('tcp-history', env),
  workload: appendWorkload(pipelined),
})

export const appends: Scenario = {
  name: 'appends',
  title: 'Framed TCP: appends, acknowledged when they are in the log',
  view: 'ratios',
  cases: [
    comparison({
      name: 'FSYNC=interval, pipelined',
      protocol: 'TCP',
      operation: 'APPEND of 16 bytes, 256 of them in flight on each of 4 connections',
      profile: 'short',
      subject: subject({ FSYNC: 'interval' }, 256),
      floor: 'net',
      concurrency: { connections: 4 },
    }),
    comparison({
      name: 'FSYNC=always, 64 clients, pipelined',
      protocol: 'TCP',
      operation: 'APPEND of 16 bytes, synced to the disk, 16 of them in flight on each of 64 connections',
      profile: 'short',
      subject: subject({ FSYNC: 'always' }, 16),
      concurrency: { connections: 64 },
    }),
    comparison({
      name: 'FSYNC=always, 64 clients, one at a time',
      protocol: 'TCP',
      operation: 'APPEND of 16 bytes, synced to the disk, one in flight on each of 64 connections',
      profile: 'full',
      subject: subject({ FSYNC: 'always' }, 1),
      concurrency: { connections: 64 },
    }),
    comparison({
      name: 'at 1,000,000 against 1,000 messages',
      protocol: 'TCP',
      operation:
        'APPEND of 16 bytes, 1,000 in flight, to a history of a million; "original" is the same at 1,000',
      profile: 'short',
      subject: async () => {
        const server = await startService('tcp-history')
        await appendMessages(server, 1_000_000)
        return { server, workload: appendWorkload(1_000) }
      },
      original: () => startService('tcp-history'),
      concurrency: { connections: 1 },
      batch: {
        calls: 20,
        count: 2,
        async before({ role, server }) {
          if (role === 'subject') return
          await reset(server)
          await appendMessages(server, 1_000)
        },
      },
    }),
  ],
}
