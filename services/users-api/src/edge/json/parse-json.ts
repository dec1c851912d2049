import type { JsonValue } from './json-value.ts'
import { checkSyntax } from './syntax-fault.ts'

export { JsonSyntaxError } from './syntax-fault.ts'

/** JSON that no one should have to hold: too deep, or an integer of too many digits. */
export class JsonLimitError extends Error {}

const depthMax = 500
const integerDigitsMax = 4300

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
    checkSyntax(text)
    const finite = text.replace(stringOrNotFinite, (found) => (found.startsWith('"') ? found : '1e999'))
    return JSON.parse(finite, exactNumber)
  }
}

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? ''
  if (typeof value !== 'number' || !/^-?\d+$/.test(source)) return value
  if (source.length > integerDigitsMax) throw new JsonLimitError('too many digits')
  return BigInt(source)
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '\\') i++
    else if (character === '"') inString = !inString
    else if (inString) continue
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > depthMax) return true
  }
  return false
}
