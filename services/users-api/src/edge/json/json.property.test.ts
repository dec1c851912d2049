import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonSyntaxError, parseJson } from './parse-json.ts'
import { writeJson } from './write-json.ts'

const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
const float = fc.double({ noNaN: true, noDefaultInfinity: true })
/** No name that objects of JavaScript put in an order of their own. */
const name = fc.string({ unit: 'binary', maxLength: 5 }).filter((text) => !/^\d+$/.test(text))
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(integer, float, fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

test('a value that is written is read back as the same one', () => {
  fc.assert(
    fc.property(value, (any) => {
      expect(parseJson(writeJson(any as never))).toStrictEqual(any)
    }),
  )
})

test('takes exactly the texts that JSON.parse takes, and says of every other one what is wrong at which character', () => {
  const changed = fc.record({
    text: fc.json({ maxDepth: 3 }),
    at: fc.nat(),
    put: fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      ':',
      '[',
      '}',
      ' ',
      '1',
      '-',
      '.',
      'e',
      '\n',
      '\u0000',
      '\\u12',
      'é',
      '🎓',
    ),
    removed: fc.nat({ max: 2 }),
  })
  fc.assert(
    fc.property(changed, ({ text, at, put, removed }) => {
      const place = at % (text.length + 1)
      const sent = text.slice(0, place) + put + text.slice(place + removed)
      let plain: unknown
      try {
        plain = JSON.parse(sent)
      } catch {
        plain = undefined
      }
      if (plain !== undefined)
        return void expect(JSON.stringify(JSON.parse(writeJson(parseJson(sent))))).toBe(JSON.stringify(plain))
      let fault: unknown
      try {
        parseJson(sent)
      } catch (error) {
        fault = error
      }
      expect(fault).toBeInstanceOf(JsonSyntaxError)
      const { position } = fault as JsonSyntaxError
      expect(position).toBeGreaterThanOrEqual(0)
      expect(position).toBeLessThanOrEqual([...sent].length)
    }),
    { numRuns: 2000 },
  )
})
