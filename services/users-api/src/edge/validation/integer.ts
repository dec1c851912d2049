import { ScalarError } from './scalar.ts'

/** Blanks around, a sign, leading zeros, single underscores between digits, and a fraction of zeros are taken. */
const integerText = /^\p{White_Space}*([+-]?)(?:0[0_]*(?=[1-9]))?(\d(?:_?\d)*)(?:\.0+)?\p{White_Space}*$/u
const digitsMax = 4300

/**
 * An integer of 64 bits: from a number, a whole float, a boolean (1, 0) or a string.
 * @throws ScalarError
 */
export function parseInteger(input: unknown): bigint {
  const value = readInteger(input)
  if (value === BigInt.asIntN(64, value)) return value
  throw tooLarge()
}

function readInteger(input: unknown): bigint {
  if (typeof input === 'bigint') return input
  if (typeof input === 'boolean') return input ? 1n : 0n
  if (typeof input === 'number') return readFloat(input)
  if (typeof input === 'string') return readText(input)
  throw new ScalarError('int_type', 'Input should be a valid integer')
}

function readFloat(input: number): bigint {
  if (!Number.isFinite(input)) throw new ScalarError('finite_number', 'Input should be a finite number')
  if (Number.isInteger(input)) return BigInt(input)
  const sentence = 'Input should be a valid integer, got a number with a fractional part'
  throw new ScalarError('int_from_float', sentence)
}

function readText(input: string): bigint {
  const [, sign, written = ''] = integerText.exec(input) ?? []
  if (sign === undefined) {
    const sentence = 'Input should be a valid integer, unable to parse string as an integer'
    throw new ScalarError('int_parsing', sentence)
  }
  const digits = written.replaceAll('_', '')
  if (digits.length > digitsMax) throw tooLarge()
  return sign === '-' ? -BigInt(digits) : BigInt(digits)
}

function tooLarge(): ScalarError {
  const sentence = 'Unable to parse input string as an integer, exceeded maximum size'
  return new ScalarError('int_parsing_size', sentence)
}
