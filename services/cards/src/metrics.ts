import type { Metrics } from '@polyservice-lab/service-kit'
import { Counter } from 'prom-client'
import type { ChargeAnswer } from './domain/account.ts'

const outcomes: readonly ChargeAnswer['outcome'][] = ['charged', 'declined', 'unavailable']

/** Counts answers to charges, repeated ones too. */
export function countCharges({ registry }: Metrics): (outcome: ChargeAnswer['outcome']) => void {
  const charges = new Counter({
    name: 'saga_charges_total',
    help: 'Answers to charges, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  })
  for (const outcome of outcomes) charges.inc({ outcome }, 0)
  return (outcome) => charges.inc({ outcome })
}
