import {
  type Flow,
  isBound,
  type MessageType,
  messageSources,
  messageTypes,
  type QueueName,
  type SagaService,
} from '@polyservice-lab/contracts/order-saga'
import { Counter, Gauge } from 'prom-client'
import type { Metrics } from '../metrics.ts'

/** What came of a message that was received. */
const outcomes = ['handled', 'duplicate', 'held', 'retried', 'dead'] as const
export type Outcome = (typeof outcomes)[number]

/** The type of a message that is none, as metrics name it. */
export const invalidType = 'invalid'

/** What is counted of the messages of a service. */
export interface SagaCounts {
  /** Rows of the outbox; undefined before the database has said so. */
  unsent: number | undefined
  held: number
}

/** The metrics of the messages of a service. */
export function createSagaMetrics(service: SagaService, counts: SagaCounts, { registry }: Metrics) {
  const registers = [registry]
  new Gauge({
    name: 'saga_outbox_unsent',
    help: 'Messages that wait in the outbox',
    registers,
    collect() {
      this.set(counts.unsent ?? 0)
    },
  })
  new Gauge({
    name: 'saga_held_messages',
    help: 'Events that wait for the version before theirs',
    registers,
    collect() {
      this.set(counts.held)
    },
  })
  const connected = new Gauge({
    name: 'saga_broker_connected',
    help: '1 while both connections to the broker stand',
    registers,
  })
  const sent = new Counter({
    name: 'saga_messages_sent_total',
    help: 'Messages that the broker confirmed',
    labelNames: ['type'],
    registers,
  })
  const received = new Counter({
    name: 'saga_messages_total',
    help: 'Messages that were received, by what came of them',
    labelNames: ['type', 'outcome'],
    registers,
  })
  for (const type of messageTypes) if (messageSources[type] === `/${service}`) sent.inc({ type }, 0)
  return {
    connected,
    sent,
    received,
    /** Begins the counters of a queue at 0. */
    begin(queue: QueueName, flow: Flow) {
      const types: readonly MessageType[] = messageTypes.filter((type) => isBound(queue, flow, type))
      for (const type of [...types, invalidType])
        for (const outcome of outcomes) received.inc({ type, outcome }, 0)
    },
  }
}

export type SagaMetrics = ReturnType<typeof createSagaMetrics>
