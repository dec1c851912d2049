import { AppError, ConfigError, type Service, type ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { History } from './domain/history.ts'
import { HistoryServer } from './edge/history-server.ts'
import { SegmentLog } from './store/segment-log.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const store = new SegmentLog({
    ...config,
    directory: config.dataDir,
    logger: deps.logger,
    onDiskFailure: crash,
  })
  const history = new History(store, config)
  const server = new HistoryServer({ config, history, ...deps })
  return {
    start: async () => {
      await history.open().catch((error) => refuseLongHistory(error, config))
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

/** Memory that was enough when the history was written may not be now; to begin and be killed for it helps nobody. */
function refuseLongHistory(error: unknown, { dataDir, historyBytesMax }: Config): never {
  if (!(error instanceof AppError && error.code === 'resource_exhausted')) throw error
  throw new ConfigError([
    `${dataDir} holds a history of more than HISTORY_BYTES_MAX=${historyBytesMax} bytes, for which there is memory: give the container more, or start with another volume`,
  ])
}

/** Ends the process the way that any uncaught error does: logged, with exit code 1. */
function crash(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}
