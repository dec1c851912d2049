import { failRule, type Input, type Invalid, invalid, type Place, type Schema } from './schema.ts'

export interface TextLimits {
  /** Lengths in characters (code points). */
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: RegExp
}

/** A string as it was sent; neither trimmed nor converted. NUL and lone surrogates are faults everywhere. */
export function text(limits: TextLimits = {}): Schema<string> {
  const { minLength, maxLength, pattern } = limits
  return {
    parse(input, place) {
      const value = parseString(input, place)
      if (value === invalid) return invalid
      if (value.includes('\0')) return failRule(place, 'text should not contain NUL characters', input)
      const length = countCharacters(value)
      if (minLength !== undefined && length < minLength) {
        const msg = `String should have at least ${minLength} ${characters(minLength)}`
        return place.fail('string_too_short', msg, input, { min_length: BigInt(minLength) })
      }
      if (maxLength !== undefined && length > maxLength) {
        const msg = `String should have at most ${maxLength} ${characters(maxLength)}`
        return place.fail('string_too_long', msg, input, { max_length: BigInt(maxLength) })
      }
      if (pattern?.test(value) === false) {
        const msg = `String should match pattern '${pattern.source}'`
        return place.fail('string_pattern_mismatch', msg, input, { pattern: pattern.source })
      }
      return value
    },
    jsonSchema: {
      type: 'string',
      ...(minLength === undefined ? {} : { minLength }),
      ...(maxLength === undefined ? {} : { maxLength }),
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
    },
  }
}

/** A string of whole characters. */
export function parseString(input: Input, place: Place): string | Invalid {
  if (typeof input !== 'string') return place.fail('string_type', 'Input should be a valid string', input)
  if (input.isWellFormed()) return input
  const msg = 'Input should be a valid string, unable to parse raw data as a unicode string'
  return place.fail('string_unicode', msg, input)
}

/** Length in code points: 🎓 is one. */
export function countCharacters(value: string): number {
  let pairs = 0
  for (let i = 0; i < value.length; i++) if ((value.charCodeAt(i) & 0xfc00) === 0xd800) pairs++
  return value.length - pairs
}

function characters(n: number): string {
  return n === 1 ? 'character' : 'characters'
}
