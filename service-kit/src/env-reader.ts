/** The environment of a process, as Node gives it. */
export type Env = Readonly<Record<string, string | undefined>>

export interface Range {
  readonly min?: number
  readonly max?: number
}

/**
 * Reads typed values out of an environment. A variable that is unset or empty takes its default; a value that is
 * not well formed is noted as a fault, and never replaced in silence. Each reader returns its default after a
 * fault, so that one pass finds them all; `loadConfig` throws in the end.
 */
export class EnvReader {
  readonly faults: string[] = []
  readonly #env: Env

  constructor(env: Env) {
    this.#env = env
  }

  string(name: string, fallback: string): string {
    return this.optional(name) ?? fallback
  }

  optional(name: string): string | undefined {
    const value = this.#env[name]
    return value === undefined || value === '' ? undefined : value
  }

  /** A decimal integer within the range, both ends included. */
  integer(name: string, fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}): number {
    const value = this.optional(name)
    if (value === undefined) return fallback
    const number = Number(value)
    if (/^-?\d+$/.test(value) && number >= min && number <= max) return number
    return this.fault(name, `not an integer from ${min} to ${max}`, fallback)
  }

  port(name: string, fallback: number): number {
    const value = this.optional(name)
    if (value === undefined) return fallback
    const number = Number(value)
    if (/^\d{1,5}$/.test(value) && number >= 1 && number <= 65_535) return number
    return this.fault(name, 'not a port (1 to 65535)', fallback)
  }

  oneOf<const T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.optional(name)
    if (value === undefined) return fallback
    return (
      values.find((known) => known === value) ?? this.fault(name, `not one of ${values.join(', ')}`, fallback)
    )
  }

  boolean(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['on', 'off'], fallback ? 'on' : 'off') === 'on'
  }

  /** Values between commas; blanks around them do not count. */
  list(name: string, fallback: readonly string[] = []): readonly string[] {
    const value = this.optional(name)
    if (value === undefined) return fallback
    return value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }

  /** Notes what is wrong with the value of a variable. A secret is told apart by its name and not quoted. */
  fault<T>(name: string, problem: string, fallback: T): T {
    const value = this.#env[name] ?? ''
    this.faults.push(
      /SECRET|PASSWORD|KEY/.test(name) ? `${name}: ${problem}` : `${name}="${value}": ${problem}`,
    )
    return fallback
  }
}
