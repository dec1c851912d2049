import type { Pool } from 'pg'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Metrics } from '../metrics.ts'
import { durationBounds as buckets } from '../operation-metrics.ts'

/** The metrics of one database: its pool, waits for a connection, statements, and transactions that ran again. */
export function createPostgresMetrics(pool: Pool, metrics?: Metrics) {
  const registers = metrics === undefined ? [] : [metrics.registry]
  let answeredAt = Number.NEGATIVE_INFINITY
  new Gauge({
    name: 'lab_postgres_pool_connections',
    help: 'Connections of the pool by state, and calls that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'used' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
  const queries = new Histogram({
    name: 'lab_postgres_query_seconds',
    help: 'How long statements took, by outcome: ok or error',
    labelNames: ['outcome'],
    buckets,
    registers,
  })
  for (const outcome of ['ok', 'error']) queries.zero({ outcome })
  return {
    queries,
    waits: new Histogram({
      name: 'lab_postgres_pool_wait_seconds',
      help: 'How long calls waited for a connection, new ones included',
      buckets,
      registers,
    }),
    retries: new Counter({
      name: 'lab_postgres_transaction_retries_total',
      help: 'Transactions that ran again after a serialization failure or a deadlock',
      registers,
    }),
    answered: () => {
      answeredAt = performance.now()
    },
    /** Since the last statement that succeeded. */
    secondsSinceAnswer: () => (performance.now() - answeredAt) / 1000,
  }
}

export type PostgresMetrics = ReturnType<typeof createPostgresMetrics>
