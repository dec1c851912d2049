import { requireString, ScalarError } from './scalar.ts'

const bare = /^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})$/i
const hyphenated = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const groupLengths = [8, 4, 4, 4, 12] as const

/**
 * A UUID in its canonical spelling, from any of its spellings: 32 digits, or with hyphens; those alone, in braces or as
 * a URN (RFC 9562 section 4).
 * @param version what it must have; undefined where any will do
 * @throws ScalarError
 */
export function parseUuid(input: unknown, version?: 4): string {
  if (typeof input !== 'string')
    throw new ScalarError('uuid_type', 'UUID input should be a string, bytes or UUID object')
  const written = requireString(input).replace(bare, '$1-$2-$3-$4-$5')
  const [text, offset] = unwrap(written)
  if (!hyphenated.test(text)) {
    const error = describeFault(input, text, offset)
    throw new ScalarError('uuid_parsing', `Input should be a valid UUID, ${error}`, { error })
  }
  if (version === undefined || /^.{14}4.{4}[89ab]/i.test(text)) return text.toLowerCase()
  throw new ScalarError('uuid_version', 'UUID version 4 expected', { expected_version: 4n })
}

function unwrap(input: string): [text: string, offset: number] {
  if (input.length >= 2 && input.startsWith('{') && input.endsWith('}')) return [input.slice(1, -1), 1]
  return input.startsWith('urn:uuid:') ? [input.slice('urn:uuid:'.length), 'urn:uuid:'.length] : [input, 0]
}

/** The first thing that is wrong with a text that is not a UUID. */
function describeFault(input: string, text: string, offset: number): string {
  const at = text.search(/[^\da-f-]/i)
  if (at >= 0) {
    const expected = 'expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-]'
    const found = String.fromCodePoint(text.codePointAt(at) ?? 0)
    return `invalid character: ${expected}, found \`${found}\` at ${offset + at + 1}`
  }
  const groups = text.split('-')
  if (groups.length === 1 && offset === 0)
    return `invalid length: expected length 32 for simple format, found ${input.length}`
  if (groups.length !== 5) return `invalid group count: expected 5, found ${groups.length}`
  const wrong = groupLengths.findIndex((length, i) => groups[i]?.length !== length)
  const group = wrong < 0 ? 4 : wrong
  // The last group is measured to the end of the whole input.
  const found = group === 4 ? input.length - 24 : groups[group]?.length
  return `invalid group length in group ${group}: expected ${groupLengths[group]}, found ${found}`
}
