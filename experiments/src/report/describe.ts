/** An error for people; of one that came while another was cleaned up after, both. */
export function describeError(error: unknown): string {
  if (error instanceof SuppressedError)
    return `${describeError(error.error)}\nwhile undoing after: ${describeError(error.suppressed)}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** A duration for people: two digits that count. */
export function describeMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}
