/** An error for people; of one that came while another was cleaned up after, both. */
export function describeError(error: unknown): string {
  if (error instanceof SuppressedError)
    return `${describeError(error.error)}\nwhile undoing after: ${describeError(error.suppressed)}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
