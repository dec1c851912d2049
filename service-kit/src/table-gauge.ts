import { Gauge } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** How long a scrape waits for a database, in ms. */
const patienceMs = 1_000

interface TableGauge {
  readonly name: string
  readonly help: string
  readonly label: string
  /** Values of the label that are shown as 0 where nothing has them. */
  readonly known: readonly string[]
  /** Reads the number of each value of the label. */
  readonly read: () => Promise<ReadonlyMap<string, number>>
}

/** Shows numbers that a database has: the last known ones while it is away. */
export function tableGauge({ registry }: Metrics, { name, help, label, known, read }: TableGauge): void {
  let numbers: ReadonlyMap<string, number> = new Map()
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const done = read().then(
        (found) => {
          numbers = found
        },
        () => {},
      )
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, patienceMs))])
      this.reset()
      for (const value of new Set([...known, ...numbers.keys()]))
        this.set({ [label]: value }, numbers.get(value) ?? 0)
    },
  })
}
