import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/** What a process may use of the memory of its container, in bytes. */
export interface ProcessMemory {
  readonly limitBytes: number
  /** The largest that the heap of JavaScript may grow. */
  readonly heapBytes: number
}

export const unlimitedMemory: ProcessMemory = { limitBytes: Number.POSITIVE_INFINITY, heapBytes: 0 }

/** The program itself, its stacks and what its allocators keep: 45 MiB of an idle service are resident. */
const programBytes = 56 * 1_048_576

interface Budget {
  readonly name: string
  readonly bytes: number
  readonly isSet: boolean
}

/** The memory of this process: the limit of its container, or what the machine has. */
export function processMemory(): ProcessMemory {
  const constrained = process.constrainedMemory()
  const limitBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  return { limitBytes, heapBytes: getHeapStatistics().heap_size_limit }
}

/** What the memory leaves for budgets. */
function roomFor({ limitBytes, heapBytes }: ProcessMemory): number {
  return Math.max(0, limitBytes - heapBytes - programBytes)
}

function sum(budgets: readonly Budget[]): number {
  return budgets.reduce((total, { bytes }) => total + bytes, 0)
}

/** The share of their defaults, from 0 to 1, at which budgets that are not set fit beside those that are. */
export function budgetScale(budgets: readonly Budget[], memory: ProcessMemory): number {
  const unset = sum(budgets.filter(({ isSet }) => !isSet))
  const left = roomFor(memory) - sum(budgets.filter(({ isSet }) => isSet))
  return unset === 0 ? 1 : Math.min(1, Math.max(0, left / unset))
}

/** Says of budgets that do not fit the memory how much they are together: one fault for each that was set. */
export function budgetFaults(budgets: readonly Budget[], memory: ProcessMemory): readonly string[] {
  const total = sum(budgets)
  const room = roomFor(memory)
  if (total <= room) return []
  const names = budgets.map(({ name }) => name).join(' + ')
  const why = `${names} are ${total} bytes; beside the heap the memory has room for ${room}`
  const set = budgets.filter(({ isSet }) => isSet)
  return (set.length > 0 ? set : budgets).map(({ name, bytes }) => `${name}="${bytes}": ${why}`)
}
