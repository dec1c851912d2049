import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Bounds in seconds, from a local round trip to the longest deadline. */
const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The same names on every service, so that one dashboard reads them all. */
export interface Metrics {
  readonly registry: Registry
  /** Open connections on the protocol port. */
  readonly connections: Gauge
  /** Requests, calls or messages that began and have not ended. */
  readonly inFlight: Gauge
  readonly receivedBytes: Counter
  readonly sentBytes: Counter
  /** Counts an ended operation: what it was, `ok` or an error code, and how long it took. */
  observe(operation: string, outcome: string, seconds: number): void
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Counter({
    name: 'lab_requests_total',
    help: 'Operations that ended, by outcome: ok or an error code',
    labelNames: ['operation', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'lab_request_duration_seconds',
    help: 'How long operations took',
    labelNames: ['operation'],
    buckets: durationBuckets,
    registers,
  })
  return {
    registry,
    connections: new Gauge({ name: 'lab_connections', help: 'Open connections', registers }),
    inFlight: new Gauge({
      name: 'lab_requests_in_flight',
      help: 'Operations that have not ended',
      registers,
    }),
    receivedBytes: new Counter({ name: 'lab_received_bytes_total', help: 'Payload bytes in', registers }),
    sentBytes: new Counter({ name: 'lab_sent_bytes_total', help: 'Payload bytes out', registers }),
    observe(operation, outcome, seconds) {
      requests.inc({ operation, outcome })
      duration.observe({ operation }, seconds)
    },
  }
}
