import { LabError } from '../core/lab-error.ts'

/**
 * Reads an int64 as a number.
 * @throws LabError protocol_error for one beyond 2^53, which a number would round
 */
export function safeInteger(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new LabError('protocol_error', `the integer ${value} is beyond what a number holds (2^53)`)
}
