import { LabError, type LabErrorCode } from '@polyservice-lab/clients'

/** The four clients of the lab, by what they speak. */
export const clientNames = ['rest', 'grpc', 'tcp', 'websocket'] as const
export type ClientName = (typeof clientNames)[number]

/** One call: when it began, in ms since the run began, how long it took, and what came of it. */
export interface Call {
  readonly at: number
  readonly ms: number
  readonly code: 'ok' | LabErrorCode
  readonly error?: LabError
}

/** All calls of one client, in the order in which they ended. */
export class Lane {
  readonly name: string
  readonly calls: Call[] = []
  readonly #now: () => number
  #open = 0

  constructor(name: string, now: () => number) {
    this.name = name
    this.#now = now
  }

  /** Calls that have begun and not ended. */
  get open(): number {
    return this.#open
  }

  /** Makes a call and writes it down. Resolves with what it was answered, or undefined when it failed with a LabError. */
  async record<T>(call: () => Promise<T>): Promise<T | undefined> {
    const at = this.#now()
    this.#open += 1
    try {
      const answer = await call()
      this.calls.push({ at, ms: this.#now() - at, code: 'ok' })
      return answer
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      this.calls.push({ at, ms: this.#now() - at, code: error.code, error })
      return undefined
    } finally {
      this.#open -= 1
    }
  }

  /** The calls that began in a span of time. */
  between({ from, to }: { readonly from: number; readonly to: number }): Call[] {
    return this.calls.filter(({ at }) => at >= from && at < to)
  }
}

/** How often each code came, `ok` first. */
function countCodes(calls: readonly Call[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  if (calls.some(({ code }) => code === 'ok')) counts.set('ok', 0)
  for (const { code } of calls) counts.set(code, (counts.get(code) ?? 0) + 1)
  return counts
}

/** '120 ok, 3 unavailable' */
export function describeCodes(calls: readonly Call[]): string {
  const parts = [...countCodes(calls)].map(([code, count]) => `${count.toLocaleString('en')} ${code}`)
  return parts.join(', ') || 'no call'
}

/** The time within which a part of the calls ended, in ms; 0 without calls. */
export function quantile(calls: readonly Call[], part: number): number {
  const sorted = calls.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

export function isOk({ code }: Call): boolean {
  return code === 'ok'
}
