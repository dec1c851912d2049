import type { JsonValue } from './json-value.ts'
import { findSyntaxFault } from './syntax-fault.ts'

/** A text that is not JSON. `position` counts characters (code points), as those who wrote the text count them. */
export class JsonSyntaxError extends Error {
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.name = 'JsonSyntaxError'
    this.position = position
  }
}

/** JSON that no one should have to hold: too deep, or an integer of too many digits. */
export class JsonLimitError extends Error {}

const depthMax = 500
const integerDigitsMax = 4300
const integer = /^-?\d+$/

/** Strings, so that what stands in them is passed over, and the numbers that RFC 8259 does not have. */
const stringOrNotFinite = /"[^"\\]*(?:\\.[^"\\]*)*"|NaN|-?Infinity/g

/**
 * Parses a JSON text (RFC 8259) as the clients of this API know it: the last of equal keys counts, NaN and Infinity
 * are numbers, and a syntax error says what was expected where.
 * @throws JsonSyntaxError, JsonLimitError
 */
export function parseJson(text: string): JsonValue {
  if (isTooDeep(text)) throw new JsonLimitError('nested too deep')
  try {
    return JSON.parse(text, exactNumber)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const fault = findSyntaxFault(text)
    // Most texts have a code unit per character; only an error has to know.
    if (fault !== undefined) throw new JsonSyntaxError(fault.message, [...text.slice(0, fault.at)].length)
    const finite = text.replace(stringOrNotFinite, (found) => (found.startsWith('"') ? found : '1e999'))
    return JSON.parse(finite, exactNumber)
  }
}

function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source ?? ''
  if (typeof value !== 'number' || !integer.test(source)) return value
  if (source.length > integerDigitsMax) throw new JsonLimitError('too many digits')
  return BigInt(source)
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (inString) {
      if (character === '\\') i++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '[' || character === '{') {
      if (++depth > depthMax) return true
    } else if (character === ']' || character === '}') depth--
  }
  return false
}
