import { createHash } from 'node:crypto'

/**
 * The same text for JSON values that are equal, whatever the order of their members, and another one for others. A body may
 * be nested as deep as it is long, so nothing here calls itself.
 */
export function fingerprintOf(json: unknown): string {
  const hash = createHash('sha256')
  /** Values that are to be written, and texts that are written as they are; the last one comes first. */
  const rest: ({ readonly value: unknown } | string)[] = [{ value: json }]
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') hash.update(next)
    else if (typeof next.value !== 'object' || next.value === null) hash.update(JSON.stringify(next.value))
    else push(rest, next.value)
  }
  return hash.digest('base64url')
}

function push(rest: ({ readonly value: unknown } | string)[], value: object): void {
  const isArray = Array.isArray(value)
  rest.push(isArray ? ']' : '}')
  const members = isArray
    ? value.map((member): [string, unknown] => ['', member])
    : Object.entries(value).sort(([one], [other]) => (one < other ? 1 : -1))
  for (const [name, member] of isArray ? members.reverse() : members) {
    rest.push(',', { value: member })
    if (!isArray) rest.push(`${JSON.stringify(name)}:`)
  }
  rest.push(isArray ? '[' : '{')
}
