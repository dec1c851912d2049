import { httpWorkload } from '../load/http-workload.ts'
import type { Workload } from '../load/workload.ts'
import { comparison } from '../measure/comparison.ts'
import type { ProfileName } from '../profiles.ts'
import type { Case } from '../scenario.ts'
import { type MeasuredService, measuredServices, type Way } from '../services/index.ts'

/** How the operations are made: how many at a time, and over which connections. */
export interface Manner {
  readonly concurrency: number
  readonly connection?: 'kept' | 'per call'
  /** Calls of a round in place of its time: where one takes long. */
  readonly calls?: number
  readonly profile: ProfileName
  readonly name: string
  readonly parameters?: Readonly<Record<string, string | number>>
}

/** One case for each protocol, alike but for the protocol. */
export function eachProtocol(work: (service: MeasuredService) => Way, manner: Manner): Case[] {
  const { concurrency, connection = 'kept', calls, profile, name } = manner
  return measuredServices.map((service) => {
    const { protocol, floor } = service
    const { operation, subject } = work(service)
    return comparison({
      name: `${name}, ${concurrency} at a time`,
      protocol,
      operation,
      parameters: { ...manner.parameters, concurrency, connection },
      profile,
      subject: async () => {
        const { server, workload } = await subject()
        return { server, workload: connection === 'kept' ? workload : perCall(workload) }
      },
      floor,
      // HTTP/2 has many streams on a connection; the others need one for each operation in flight.
      concurrency:
        protocol === 'gRPC' ? { connections: 1, streams: concurrency } : { connections: concurrency },
      ...(calls === undefined ? {} : { batch: { calls, count: 1 } }),
      latencyAt: 0.5,
      roundsMax: 3,
    })
  })
}

function perCall(workload: Workload): Workload {
  if (workload.kind === 'raw' && workload.http !== undefined)
    return httpWorkload(workload.http, { perCall: true })
  return { ...workload, perCall: true }
}
