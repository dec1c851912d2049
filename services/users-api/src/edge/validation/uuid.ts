import { requireString, ScalarError } from './scalar.ts'

const canonical = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
/** 32 digits, or with hyphens: alone, in braces or as a URN (RFC 9562 section 4). */
const written = /^(?:([0-9a-fA-F]{32}|[0-9a-fA-F-]{36})|\{([0-9a-fA-F-]{36})\}|urn:uuid:([0-9a-fA-F-]{36}))$/
const groupLengths = [8, 4, 4, 4, 12] as const

/**
 * A UUID in its canonical spelling, from any of its spellings.
 * @param version what it must have; undefined where any will do
 * @throws ScalarError
 */
export function parseUuid(input: unknown, version?: 4): string {
  if (typeof input !== 'string')
    throw new ScalarError('uuid_type', 'UUID input should be a string, bytes or UUID object')
  const groups = groupsOf(requireString(input))
  if (groups === undefined) {
    const error = describeFault(input)
    throw new ScalarError('uuid_parsing', `Input should be a valid UUID, ${error}`, { error })
  }
  const uuid = groups.join('-')
  if (version === undefined || /^.{14}4.{4}[89ab]/.test(uuid)) return uuid
  throw new ScalarError('uuid_version', 'UUID version 4 expected', { expected_version: 4n })
}

function groupsOf(input: string): string[] | undefined {
  const [, bare, braced, urn] = written.exec(input) ?? []
  return canonical
    .exec(bare ?? braced ?? urn ?? '')
    ?.slice(1)
    .map((group) => group.toLowerCase())
}

/** The first thing that is wrong with a text that is not a UUID. Positions and lengths are in bytes of UTF-8. */
function describeFault(input: string): string {
  const [text, offset] = unwrap(input)
  let position = offset
  for (const character of text) {
    if (!/[0-9a-f-]/i.test(character)) {
      return (
        'invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], ' +
        `found \`${character}\` at ${position + 1}`
      )
    }
    position += Buffer.byteLength(character)
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

function unwrap(input: string): [text: string, offset: number] {
  if (input.length >= 2 && input.startsWith('{') && input.endsWith('}')) return [input.slice(1, -1), 1]
  return input.startsWith('urn:uuid:') ? [input.slice('urn:uuid:'.length), 'urn:uuid:'.length] : [input, 0]
}
