import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseJson } from '../json/parse-json.ts'
import { email } from './email/email.ts'
import { integer } from './integer.ts'
import { invalid, Place, type Schema } from './schema.ts'
import { text } from './text.ts'
import { uuid4 } from './uuid.ts'

const schemas: Readonly<Record<string, Schema<unknown>>> = {
  email: email({ maxLength: 250 }),
  int: integer(),
  uuid: uuid4(),
  str: text({ minLength: 1, maxLength: 3 }),
}

interface Case {
  readonly schema: string
  /** JSON. */
  readonly input: string
  /** The parsed value as a string, or the first fault. */
  readonly value?: string
  readonly fault?: string
  readonly msg?: string
}

const cases = readFileSync(new URL('cases.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case)

test.each(cases)('$schema of $input', ({ schema, input, value, fault, msg }) => {
  const place = new Place(['body'])
  const parsed = schemas[schema]?.parse(parseJson(input), place)
  const [first] = place.faults
  const found =
    parsed === invalid
      ? { fault: first?.type, msg: first?.msg.replace('value is not a valid email address: ', '') }
      : { value: String(parsed) }
  expect(found).toEqual(value === undefined ? { fault, msg } : { value })
})

test('counts the characters of a text, not its code units, and refuses NUL', () => {
  const place = new Place(['body'])
  expect(text({ maxLength: 2 }).parse('🎓🎓', place)).toBe('🎓🎓')
  expect(text().parse('a\0b', place)).toBe(invalid)
  expect(place.faults).toMatchObject([{ type: 'value_error', input: 'a\0b' }])
})

test.each([9223372036854775808n, -9223372036854775809n])('refuses the integer %i', (value) => {
  const place = new Place(['body'])
  expect(integer().parse(value, place)).toBe(invalid)
  expect(place.faults).toMatchObject([{ type: 'int_parsing_size', input: value }])
})
