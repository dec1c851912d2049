import { type Env, EnvReader } from './env-reader.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** What every service is told by its environment. */
export interface BaseConfig {
  /** HOST: the address to listen on. */
  readonly host: string
  /** PORT: of the protocol. */
  readonly port: number
  /** ADMIN_PORT: of health, metrics and reset. */
  readonly adminPort: number
  /** LOG_LEVEL, of pino. */
  readonly logLevel: (typeof logLevels)[number]
  /** RESET=on lets POST /reset of the admin port forget everything. */
  readonly resetAllowed: boolean
  /** SHUTDOWN_TIMEOUT_MS: how long a drain may take before the process gives up and exits with 1. */
  readonly shutdownTimeoutMs: number
}

function readBaseConfig(env: EnvReader, defaultPort: number): BaseConfig {
  const config = {
    host: env.string('HOST', '0.0.0.0'),
    port: env.port('PORT', defaultPort),
    adminPort: env.port('ADMIN_PORT', 9090),
    logLevel: env.oneOf('LOG_LEVEL', logLevels, 'info'),
    resetAllowed: env.boolean('RESET', false),
    shutdownTimeoutMs: env.integer('SHUTDOWN_TIMEOUT_MS', 10_000, { min: 100, max: 600_000 }),
  }
  if (config.port === config.adminPort) {
    const [given, other] = env.optional('ADMIN_PORT') ? ['ADMIN_PORT', 'PORT'] : ['PORT', 'ADMIN_PORT']
    env.fault(given, `the same as ${other}`, undefined)
  }
  return config
}

/** Every fault of an environment at once, each a sentence that quotes variable and value. */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/**
 * Makes the `loadConfig` of a service: a pure function from an environment to a finished configuration.
 * @throws ConfigError naming every variable that is wrong
 */
export function defineConfig<C>(port: number, read: (reader: EnvReader) => C): (env: Env) => BaseConfig & C {
  return (env) => {
    const reader = new EnvReader(env)
    const config = { ...readBaseConfig(reader, port), ...read(reader) }
    if (reader.faults.length > 0) throw new ConfigError(reader.faults)
    return Object.freeze(config)
  }
}
