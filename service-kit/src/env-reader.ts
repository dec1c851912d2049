/** The environment of a process, as Node gives it. */
export type Env = Readonly<Record<string, string | undefined>>

/** A variable as its reader describes it; README tables and .env.example are written from these. */
export interface Variable {
  readonly name: string
  /** As it would be written in an environment; empty where there is none. */
  readonly default: string
  readonly about: string
}

interface About {
  /** What the variable does, for a person: a phrase without a full stop. */
  readonly about: string
}

interface Range {
  /** Default: 0. */
  readonly min?: number
  readonly max?: number
}

/** Of the heap: what an idle service has, with its semi spaces; and a silent connection, of which 2.8 KiB were seen. */
const programHeapBytes = 22 * 1_048_576
const connectionHeapBytes = 4_096

/** A bound in bytes on what is held in memory for all clients together. */
interface Budget {
  readonly name: string
  readonly bytes: number
  readonly isSet: boolean
}

/**
 * Reads typed values out of an environment. A variable that is unset or empty takes its default; a value that is
 * not well formed is noted as a fault, and never replaced in silence. Each reader returns its default after a
 * fault, so that one pass finds them all; `loadConfig` throws in the end.
 */
export class EnvReader {
  readonly faults: string[] = []
  readonly variables: Variable[] = []
  readonly budgets: Budget[] = []
  readonly #env: Env
  readonly #budgetScale: number
  readonly #heapBytes: number

  /**
   * @param budgetScale what is left of the default of every budget, from 0 to 1
   * @param heapBytes the largest that the heap may grow; 0 is any
   */
  constructor(env: Env, budgetScale = 1, heapBytes = 0) {
    this.#env = env
    this.#budgetScale = budgetScale
    this.#heapBytes = heapBytes
  }

  string(name: string, options: About & { readonly default: string }): string {
    return this.#value(name, options, options.default) ?? options.default
  }

  optional(name: string, options: About): string | undefined {
    return this.#value(name, options, '')
  }

  /** A decimal integer within the range, both ends included. */
  integer(name: string, options: About & Range & { readonly default: number }): number {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
    const value = this.#value(name, options, String(options.default))
    if (value === undefined) return options.default
    const number = Number(value)
    if (/^-?\d+$/.test(value) && number >= min && number <= max) return number
    return this.fault(name, `not an integer from ${min} to ${max}`, options.default)
  }

  /**
   * Bytes that the service may hold for all clients together. The budgets of a service and its heap fit the memory of
   * the process: a default shrinks to fit, and budgets that are set and do not fit are a fault.
   */
  budget(name: string, options: About & { readonly default: number; readonly min: number }): number {
    const bytes = this.integer(name, { ...options, max: 2 ** 33 })
    const isSet = this.isSet(name)
    const fitting = isSet ? bytes : Math.max(options.min, Math.floor(bytes * this.#budgetScale))
    this.budgets.push({ name, bytes: fitting, isSet })
    return fitting
  }

  /** Connections that may be open: the default shrinks to what the heap can hold, and a larger one that is set is a fault. */
  connections(name: string, options: About & Range & { readonly default: number }): number {
    const count = this.integer(name, options)
    if (this.#heapBytes === 0) return count
    const inHeap = Math.floor((this.#heapBytes - programHeapBytes) / connectionHeapBytes)
    const fitting = Math.max(options.min ?? 1, inHeap)
    if (count <= fitting) return count
    return this.isSet(name)
      ? this.fault(name, `the heap has room for ${fitting} connections`, fitting)
      : fitting
  }

  port(name: string, options: About & { readonly default: number }): number {
    const value = this.#value(name, options, String(options.default))
    if (value === undefined) return options.default
    const number = Number(value)
    if (/^\d{1,5}$/.test(value) && number >= 1 && number <= 65_535) return number
    return this.fault(name, 'not a port (1 to 65535)', options.default)
  }

  oneOf<const T extends string>(
    name: string,
    values: readonly T[],
    options: About & { readonly default: NoInfer<T> },
  ): T {
    const value = this.#value(name, options, options.default)
    if (value === undefined) return options.default
    const known = values.find((one) => one === value)
    return known ?? this.fault(name, `not one of ${values.join(', ')}`, options.default)
  }

  boolean(name: string, options: About & { readonly default: boolean }): boolean {
    return this.oneOf(name, ['on', 'off'], { ...options, default: options.default ? 'on' : 'off' }) === 'on'
  }

  /** Values between commas; blanks around them do not count. Default: none. */
  list(name: string, options: About): readonly string[] {
    const value = this.#value(name, options, '') ?? ''
    return value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }

  /** Web origins between commas, as a browser writes them (RFC 6454, 6.2), or `null`. Default: none. */
  origins(name: string, options: About & { readonly allows?: readonly string[] }): readonly string[] {
    const { allows = ['null'] } = options
    return this.list(name, options).filter(
      (origin) => allows.includes(origin) || isOrigin(origin) || this.fault(name, notAnOrigin(origin), false),
    )
  }

  /** A URL of one of the protocols (`postgres:`). Its value may hold a password and is quoted in no fault. */
  url(name: string, options: About & { readonly protocols: readonly string[] }): string | undefined {
    const { protocols } = options
    const value = this.#value(name, options, '')
    if (value === undefined || protocols.includes(URL.parse(value)?.protocol ?? '')) return value
    return this.fault(name, `not a URL that begins with ${protocols[0]}//`, undefined)
  }

  isSet(name: string): boolean {
    return (this.#env[name] ?? '') !== ''
  }

  /** Notes what is wrong with the value of a variable. A secret is told by its name and not quoted. */
  fault<T>(name: string, problem: string, fallback: T): T {
    const value = this.#env[name] ?? ''
    this.faults.push(
      /SECRET|PASSWORD|KEY$|_URL$/.test(name) ? `${name}: ${problem}` : `${name}="${value}": ${problem}`,
    )
    return fallback
  }

  #value(name: string, { about }: About, fallback: string): string | undefined {
    // One that two rooms of the kit read is described once.
    if (this.variables.every((variable) => variable.name !== name))
      this.variables.push({ name, default: fallback, about })
    return this.isSet(name) ? this.#env[name] : undefined
  }
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text
}

function notAnOrigin(text: string): string {
  return `${text} is not an origin such as http://localhost:5173`
}
