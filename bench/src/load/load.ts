import { join } from 'node:path'
import { scratch } from '../servers/scratch.ts'
import { openChannels } from './channels.ts'
import { type Done, runClosedLoop, type Until } from './closed-loop.ts'
import { isInstalled, runAutocannon, runH2load, runWrk } from './tools.ts'
import type { Concurrency, Recording, Workload } from './workload.ts'

/** A load that keeps a server busy, its connections open. */
interface Load extends Disposable {
  run(until: Until): Promise<Done>
}

/**
 * Opens a load in closed loop: an existing tool where one speaks the protocol, else our own loop over channels.
 * @param countsCalls whether it will run for a number of calls, which the tools do not all do
 */
export async function openLoad(
  workload: Workload,
  recording: Recording,
  port: number,
  concurrency: Concurrency,
  countsCalls: boolean,
): Promise<Load> {
  const { connections } = concurrency
  const tool = (run: (seconds: number) => Promise<Done>): Load => ({
    run: (until) => run('seconds' in until ? until.seconds : Number.NaN),
    [Symbol.dispose]: () => {},
  })
  if (!countsCalls && workload.kind === 'raw' && workload.http !== undefined) {
    const { http } = workload
    return tool(
      isInstalled('wrk')
        ? (seconds) => runWrk(http, port, connections, seconds)
        : (seconds) => runAutocannon(http, port, connections, seconds),
    )
  }
  if (!countsCalls && workload.kind === 'grpc' && workload.perCall !== true && isInstalled('h2load')) {
    const bodyFile = join(scratch(), `body-${port}`)
    return tool((seconds) => runH2load(workload, port, concurrency, seconds, bodyFile))
  }
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const channels = await openChannels(workload, port, recording, concurrency, reject)
  return {
    run: (until) => runClosedLoop(channels, until, failed),
    [Symbol.dispose]: () => {
      for (const channel of channels) channel.close()
    },
  }
}
