/** What was measured in several rounds, and its spread. */
export interface Figure {
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** One per round, in their order. */
  readonly values: readonly number[]
}

/** The middle value; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  if (low === undefined || high === undefined) throw new RangeError('the median of nothing')
  return (low + high) / 2
}

/**
 * The smallest value that at least `percent` of all are not above (the nearest-rank method).
 * @param percent above 0, at most 100
 */
export function percentile(values: readonly number[] | Float64Array, percent: number): number {
  const sorted = Float64Array.from(values).sort()
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('a percentile of nothing')
  return value
}

export function figure(unit: string, values: readonly number[]): Figure {
  return { unit, median: median(values), min: Math.min(...values), max: Math.max(...values), values }
}

/**
 * The ratio of each round, so that what disturbs a round disturbs both sides of its pair.
 * @throws RangeError when the rounds do not pair up
 */
export function pairedRatio(numerator: readonly number[], denominator: readonly number[]): Figure {
  if (numerator.length !== denominator.length)
    throw new RangeError(`${numerator.length} rounds do not pair with ${denominator.length}`)
  return figure(
    'x',
    numerator.map((value, round) => value / (denominator[round] ?? Number.NaN)),
  )
}
