import { readFileSync } from 'node:fs'
import { text } from '@polyservice-lab/contracts/users-api'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { parseJson } from '../json/parse-json.ts'
import { describeFaults } from './fault.ts'
import { schemas } from './schemas.ts'

const fields: Readonly<Record<string, z.ZodType>> = {
  email: schemas.User.shape.email,
  int: schemas.Exercise.shape.orderIndex,
  uuid: schemas.User.shape.id,
  str: text({ min: 1, max: 3 }),
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

function parse(schema: z.ZodType, input: unknown) {
  const value = { field: input }
  const { success, data, error } = z.object({ field: schema }).safeParse(value)
  return success ? { value: data.field } : { faults: describeFaults(error.issues, 'body', value, value) }
}

test.each(cases)('$schema of $input', ({ schema, input, value, fault, msg }) => {
  const parsed = parse(fields[schema] as z.ZodType, parseJson(input))
  const [first] = parsed.faults ?? []
  const found =
    first === undefined
      ? { value: String(parsed.value) }
      : { fault: first.type, msg: first.msg.replace('value is not a valid email address: ', '') }
  expect(found).toEqual(value === undefined ? { fault, msg } : { value })
})

test('counts the characters of a text, not its code units, and refuses NUL', () => {
  expect(parse(text({ max: 2 }), '🎓🎓')).toEqual({ value: '🎓🎓' })
  expect(parse(text(), 'a\0b')).toMatchObject({ faults: [{ type: 'value_error', input: 'a\0b' }] })
})

test.each([9223372036854775808n, -9223372036854775809n])('refuses the integer %i', (value) => {
  expect(parse(schemas.Exercise.shape.orderIndex, value)).toMatchObject({
    faults: [{ type: 'int_parsing_size', input: value }],
  })
})
