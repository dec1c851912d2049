import { Counter, type Histogram, type Registry } from 'prom-client'

/** Bounds in seconds, from a local round trip to the longest deadline. */
export const durationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const durationName = 'lab_request_duration_seconds'

interface Operation {
  readonly outcomes: Map<string, number>
  /** How many durations lie within each bound and not within the one before it; those beyond all come last. */
  readonly buckets: number[]
  seconds: number
}

/**
 * Counts operations that ended. They are kept as plain numbers and become metrics when somebody asks for them: the
 * counters and histograms of prom-client cost a short operation a tenth of its time.
 * @returns counts one: what it was, how it ended, how long it took
 */
export function createOperationMetrics(registry: Registry) {
  const operations = new Map<string, Operation>()

  new Counter({
    name: 'lab_requests_total',
    help: 'Operations that ended, by outcome: ok or an error code',
    labelNames: ['operation', 'outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [operation, { outcomes }] of operations)
        for (const [outcome, count] of outcomes) this.inc({ operation, outcome }, count)
    },
  })
  const duration = {
    name: durationName,
    get: async () => ({
      name: durationName,
      help: 'How long operations took',
      type: 'histogram',
      aggregator: 'sum',
      values: [...operations].flatMap(samples),
    }),
  }
  // The registry asks a metric for its name and for `get`; its type admits the classes of prom-client alone.
  registry.registerMetric(duration as unknown as Histogram)

  return (operation: string, outcome: string, seconds: number): void => {
    let counted = operations.get(operation)
    if (counted === undefined) {
      counted = { outcomes: new Map(), buckets: Array(durationBounds.length + 1).fill(0), seconds: 0 }
      operations.set(operation, counted)
    }
    counted.outcomes.set(outcome, (counted.outcomes.get(outcome) ?? 0) + 1)
    counted.seconds += seconds
    let bucket = 0
    while (bucket < durationBounds.length && seconds > (durationBounds[bucket] ?? 0)) bucket += 1
    counted.buckets[bucket] = (counted.buckets[bucket] ?? 0) + 1
  }
}

/** A histogram in the text format of Prometheus: cumulative buckets, sum and count. */
function samples([operation, { buckets, seconds }]: [string, Operation]) {
  let count = 0
  const cumulative = buckets.map((inBucket, i) => {
    count += inBucket
    const labels = { operation, le: durationBounds[i] ?? '+Inf' }
    return { metricName: `${durationName}_bucket`, labels, value: count }
  })
  const labels = { operation }
  return [
    ...cumulative,
    { metricName: `${durationName}_sum`, labels, value: seconds },
    { metricName: `${durationName}_count`, labels, value: count },
  ]
}
