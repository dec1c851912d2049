import { type Access, createAccess } from './access.ts'
import { createAdminServer, type NotReady } from './admin-server.ts'
import { type BaseConfig, ConfigError } from './config.ts'
import { describeFailure } from './describe-failure.ts'
import type { Env } from './env-reader.ts'
import { httpDrain, listen } from './listen.ts'
import { createLogger, type Logger } from './logger.ts'
import { type ProcessMemory, processMemory } from './memory.ts'
import { createMetrics, type Metrics } from './metrics.ts'

/** How long probes may hold up the end, in ms. */
const adminDrainMs = 500

/** What the process gives to a service. */
export interface ServiceDeps {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Called once for each call, request or connection that ended. */
  readonly access: Access
}

/**
 * A protocol server with its domain and store. Disposing drains it: no new work, what is in flight is finished,
 * the store is closed.
 */
export interface Service extends AsyncDisposable {
  /** Resolves when the store is open and the protocol port is bound; a bind error rejects. */
  start(): Promise<void>
  /** Puts the state back to that of the first start. */
  reset(): Promise<void>
  /** Why a service that runs cannot work now, or undefined: a database that is away. Default: it always can. */
  notReady?(): Promise<string | undefined>
}

export interface ServiceDefinition<C extends BaseConfig> {
  readonly name: string
  readonly loadConfig: (env: Env, memory: ProcessMemory) => C
  readonly createService: (config: C, deps: ServiceDeps) => Service
}

/**
 * The life of a service process, and the only place that reads the environment and exits.
 * Exit codes: 0 asked to stop and drained, 1 failed, 2 the environment or the data directory is wrong (each fault a line
 * on stderr).
 */
export async function runService<C extends BaseConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const { name } = definition
  // Before anything else, so that a signal during the start is not lost.
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })

  let config: C
  try {
    config = definition.loadConfig(process.env, processMemory())
  } catch (error) {
    if (error instanceof ConfigError) refuse(name, error)
    throw error
  }

  const logger = createLogger(name, config.logLevel)
  const fail = (error: unknown, message: string): never => {
    logger.fatal({ err: error }, message)
    process.stderr.write(`${name}: ${describeFailure(error)}\n`)
    process.exit(1)
  }
  process.on('uncaughtException', (error) => fail(error, 'uncaught exception'))

  try {
    await live(definition, config, logger, stopped)
  } catch (error) {
    if (error instanceof ConfigError) refuse(name, error)
    fail(error, 'failed')
  }
  process.exit(0)
}

function refuse(name: string, { faults }: ConfigError): never {
  for (const fault of faults) process.stderr.write(`${name}: ${fault}\n`)
  process.exit(2)
}

async function live<C extends BaseConfig>(
  { name, createService }: ServiceDefinition<C>,
  config: C,
  logger: Logger,
  stopped: Promise<string>,
): Promise<void> {
  const metrics = createMetrics(name)
  const service = createService(config, { logger, metrics, access: createAccess(logger, metrics) })
  let notReady: NotReady = 'starting'
  // One at a time, and none while the store closes.
  let lastReset: Promise<void> = Promise.resolve()
  const admin = createAdminServer({
    config,
    logger,
    metrics,
    notReady: async () => notReady ?? service.notReady?.(),
    reset: () => {
      lastReset = lastReset.catch(() => {}).then(() => service.reset())
      return lastReset
    },
  })
  const drainAdmin = httpDrain(admin, adminDrainMs)
  void stopped.then(() => forceExit(config.shutdownTimeoutMs, logger))
  await listen(admin, config.adminPort, config.host)
  // A start that waits for a database may be given up.
  if (!(await Promise.race([service.start().then(() => true), stopped.then(() => false)]))) {
    logger.info('stopped before it was ready')
    return
  }
  notReady = undefined
  logger.info({ host: config.host, port: config.port, adminPort: config.adminPort }, 'ready')

  const signal = await stopped
  notReady = 'draining'
  logger.info({ signal }, 'draining')
  await lastReset.catch(() => {})
  await service[Symbol.asyncDispose]()
  await drainAdmin()
  logger.info('stopped')
}

/** The drain has a deadline: what has not ended by then never will. */
function forceExit(afterMs: number, logger: Logger): void {
  setTimeout(() => {
    logger.error({ shutdownTimeoutMs: afterMs }, 'drain took too long')
    process.exit(1)
  }, afterMs).unref()
}
