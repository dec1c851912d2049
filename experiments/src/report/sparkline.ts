import { type Call, isOk } from '../runner/lane.ts'

const bars = '▁▂▃▄▅▆▇█'
export const failureMark = '✗'
/** The latencies of the lowest and the highest bar, in ms; between them the scale is logarithmic. */
const lowestMs = 1
const highestMs = 1_000

/**
 * The slowest call of each slice of time as a bar, ✗ where one failed, a blank where none began.
 * @param columns how many slices
 */
export function sparkline(calls: readonly Call[], from: number, to: number, columns: number): string {
  const slices = Array.from({ length: columns }, () => [] as Call[])
  for (const call of calls) slices[Math.floor(((call.at - from) / (to - from)) * columns)]?.push(call)
  return slices.map(mark).join('')
}

function mark(calls: readonly Call[]): string {
  if (calls.length === 0) return ' '
  if (!calls.every(isOk)) return failureMark
  const slowest = Math.max(...calls.map(({ ms }) => ms))
  const height = Math.log(slowest / lowestMs) / Math.log(highestMs / lowestMs)
  return bars[Math.min(bars.length - 1, Math.max(0, Math.floor(height * bars.length)))] ?? ''
}
