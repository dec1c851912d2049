import {
  composeVariable,
  containerAdminPort,
  containerVariables,
  type ServiceName,
  services,
} from '@polyservice-lab/contracts/services'
import { type Env, EnvReader, type Variable } from './env-reader.ts'
import { budgetFaults, budgetScale, type ProcessMemory, unlimitedMemory } from './memory.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** What stays of the time of a drain for the store and the admin port. */
const edgeDrainShare = 0.8

/** What every service is told by its environment. */
export interface BaseConfig {
  readonly host: string
  readonly port: number
  readonly adminPort: number
  readonly logLevel: (typeof logLevels)[number]
  readonly resetAllowed: boolean
  readonly shutdownTimeoutMs: number
  /** How long the edge may take to drain: a share of `shutdownTimeoutMs`. */
  readonly drainTimeoutMs: number
}

function readBaseConfig(env: EnvReader, defaultPort: number): BaseConfig {
  const shutdownTimeoutMs = env.integer('SHUTDOWN_TIMEOUT_MS', {
    default: 10_000,
    min: 100,
    max: 600_000,
    about: 'how long a drain may take before the process gives up with exit 1',
  })
  const config = {
    host: env.string('HOST', { default: '0.0.0.0', about: 'the address to listen on' }),
    port: env.port('PORT', { default: defaultPort, about: 'the port of the protocol' }),
    adminPort: env.port('ADMIN_PORT', {
      default: containerAdminPort,
      about: 'the port of health, metrics and reset',
    }),
    logLevel: env.oneOf('LOG_LEVEL', logLevels, { default: 'info', about: logLevels.join(', ') }),
    resetAllowed: env.boolean('RESET', {
      default: false,
      about: '`on` lets POST /reset on the admin port forget everything',
    }),
    shutdownTimeoutMs,
    drainTimeoutMs: shutdownTimeoutMs * edgeDrainShare,
  }
  if (config.port === config.adminPort) {
    const [given, other] = env.isSet('ADMIN_PORT') ? ['ADMIN_PORT', 'PORT'] : ['PORT', 'ADMIN_PORT']
    env.fault(given, `the same as ${other}`, undefined)
  }
  return config
}

/**
 * What keeps a service from starting until a person sets it right: every fault of its environment at once, each a sentence
 * that quotes variable and value, or what is wrong with its directory.
 */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Makes the finished configuration of a service, and describes what it reads. */
export interface LoadConfig<C> {
  /**
   * @param memory what the budgets have to fit; default: any budget fits
   * @throws ConfigError naming every variable that is wrong
   */
  (env: Env, memory?: ProcessMemory): BaseConfig & C
  /** The variables that this service alone reads, in the order of its config. */
  readonly variables: readonly Variable[]
}

/** The variables that every service reads. */
export const baseVariables: readonly Variable[] = variablesOf((env) => readBaseConfig(env, 0))

function variablesOf(read: (env: EnvReader) => unknown): readonly Variable[] {
  const reader = new EnvReader({})
  read(reader)
  return reader.variables
}

/** Makes the `loadConfig` of a service: a pure function from an environment to a finished configuration. */
export function defineConfig<C>(service: ServiceName, read: (env: EnvReader) => C): LoadConfig<C> {
  function readAll(env: EnvReader): BaseConfig & C {
    return { ...readBaseConfig(env, services[service].port), ...read(env) }
  }

  function loadConfig(env: Env, memory = unlimitedMemory): BaseConfig & C {
    const wanted = new EnvReader(env)
    readAll(wanted)
    const reader = new EnvReader(env, budgetScale(wanted.budgets, memory), memory.heapBytes)
    const config = readAll(reader)
    const faults = [...reader.faults, ...budgetFaults(reader.budgets, memory)]
    if (faults.length > 0) throw new ConfigError(faults.map((fault) => withComposeName(service, fault)))
    return Object.freeze(config)
  }
  return Object.assign(loadConfig, { variables: variablesOf(read) })
}

/** Adds the name that the variable at the beginning of a fault has in compose, where that differs. */
function withComposeName(service: ServiceName, fault: string): string {
  const variable = /^[A-Z_0-9]+/.exec(fault)?.[0] ?? ''
  const name = composeVariable(service, variable)
  const isOfContainer = (containerVariables as readonly string[]).includes(variable)
  return name === variable || isOfContainer ? fault : `${fault} (in compose: ${name})`
}
