import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { History } from './domain/history.ts'
import { HistoryServer } from './edge/history-server.ts'
import { SegmentLog } from './store/segment-log.ts'

export function createService(config: Config, { logger, metrics }: ServiceDeps): Service {
  const store = new SegmentLog({
    directory: config.dataDir,
    fsync: config.fsync,
    fsyncIntervalMs: config.fsyncIntervalMs,
    segmentBytesMax: config.segmentBytesMax,
    logger,
    onDiskFailure: crash,
  })
  const history = new History(store, config)
  const server = new HistoryServer({ config, history, logger, metrics })
  return {
    start: async () => {
      await history.open()
      await server.listen()
    },
    reset: async () => {
      await history.reset()
      server.disconnect()
    },
    [Symbol.asyncDispose]: async () => {
      await server.drain()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** Ends the process the way that any uncaught error does: logged, with exit code 1. */
function crash(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}
