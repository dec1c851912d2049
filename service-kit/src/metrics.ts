import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { createOperationMetrics } from './operation-metrics.ts'

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
    observe: createOperationMetrics(registry),
  }
}
