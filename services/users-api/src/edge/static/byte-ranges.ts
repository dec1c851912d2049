/** From `start` to before `end`, in bytes. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export type Ranges =
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }
  /** The header cannot be understood. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** There are no such bytes. */
  | { readonly kind: 'unsatisfiable' }

/** The ranges that a Range header asks of so many bytes (RFC 9110 section 14.2); overlapping ones are joined. */
export function parseRanges(header: string, sizeBytes: number): Ranges {
  const [unit, set] = header.split(/=(.*)/s)
  if (set === undefined) return { kind: 'malformed', reason: 'Malformed range header.' }
  if (unit?.trim().toLowerCase() !== 'bytes') return { kind: 'malformed', reason: 'Only support bytes range' }
  const ranges = set.split(',').flatMap((part) => parseRange(part, sizeBytes))
  if (ranges.length === 0) return { kind: 'malformed', reason: 'Range header: range must be requested' }
  if (ranges.some(({ start }) => start >= sizeBytes)) return { kind: 'unsatisfiable' }
  if (ranges.some(({ start, end }) => start > end))
    return { kind: 'malformed', reason: 'Range header: start must be less than end' }
  return { kind: 'ranges', ranges: joinRanges(ranges) }
}

/** What is no range is left out. */
function parseRange(part: string, sizeBytes: number): ByteRange[] {
  const [, first = '', last = ''] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(part) ?? []
  if (first === '' && last === '') return []
  if (first === '') return [{ start: Math.max(sizeBytes - Number(last), 0), end: sizeBytes }]
  const end = last !== '' && Number(last) < sizeBytes ? Number(last) + 1 : sizeBytes
  return [{ start: Number(first), end }]
}

function joinRanges(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = []
  for (const range of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const before = joined.at(-1)
    if (before === undefined || range.start > before.end) joined.push(range)
    else joined[joined.length - 1] = { start: before.start, end: Math.max(before.end, range.end) }
  }
  return joined
}
