import { type Input, type Invalid, invalid, type Place, type Schema } from './schema.ts'

const min = -(2n ** 63n)
const max = 2n ** 63n - 1n

/** Blanks around, a sign, leading zeros, single underscores between digits, and a fraction of zeros are taken. */
const integerText = /^\p{White_Space}*([+-]?)(?:0[0_]*(?=[1-9]))?(\d(?:_?\d)*)(?:\.0+)?\p{White_Space}*$/u
const digitsMax = 4300

/** An integer of 64 bits: as a number, as a whole float, as a boolean (1, 0) or written in a string. */
export function integer(): Schema<bigint> {
  return {
    parse(input, place) {
      const value = read(input, place)
      if (value === invalid || (value >= min && value <= max)) return value
      return failSize(input, place)
    },
    jsonSchema: { type: 'integer', format: 'int64' },
  }
}

function read(input: Input, place: Place): bigint | Invalid {
  if (typeof input === 'bigint') return input
  if (typeof input === 'boolean') return input ? 1n : 0n
  if (typeof input === 'number') return readFloat(input, place)
  if (typeof input === 'string') return readText(input, place)
  return place.fail('int_type', 'Input should be a valid integer', input)
}

function readFloat(input: number, place: Place): bigint | Invalid {
  if (!Number.isFinite(input)) return place.fail('finite_number', 'Input should be a finite number', input)
  if (Number.isInteger(input)) return BigInt(input)
  const msg = 'Input should be a valid integer, got a number with a fractional part'
  return place.fail('int_from_float', msg, input)
}

function readText(input: string, place: Place): bigint | Invalid {
  const [, sign, written = ''] = integerText.exec(input) ?? []
  const digits = written.replaceAll('_', '')
  if (sign === undefined) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer'
    return place.fail('int_parsing', msg, input)
  }
  if (digits.length > digitsMax) return failSize(input, place)
  return sign === '-' ? -BigInt(digits) : BigInt(digits)
}

function failSize(input: Input, place: Place): Invalid {
  const msg = 'Unable to parse input string as an integer, exceeded maximum size'
  return place.fail('int_parsing_size', msg, input)
}
