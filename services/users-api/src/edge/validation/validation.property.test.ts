import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEmail } from './email/email.ts'
import { parseInteger } from './integer.ts'
import { ScalarError } from './scalar.ts'
import { parseUuid } from './uuid.ts'

test('every spelling of a UUID is the same one', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      const spellings = [uuid.toUpperCase(), uuid.replaceAll('-', ''), `{${uuid}}`, `urn:uuid:${uuid}`]
      for (const spelling of spellings) expect(parseUuid(spelling)).toBe(uuid)
    }),
  )
})

test('an integer of 64 bits is the same as a number and as a text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (integer) => {
      expect(parseInteger(integer)).toBe(integer)
      expect(parseInteger(` ${integer}.0 `)).toBe(integer)
    }),
  )
})

test('any text has a normal form, which is its own, or there is a sentence that says why not', () => {
  const text = fc.string({
    unit: fc.constantFrom(...'aZ9.@<>"\\ -_é\u0301\u200b🎓中\u202e[]:;,'),
    maxLength: 40,
  })
  fc.assert(
    fc.property(fc.oneof(text, fc.emailAddress()), (address) => {
      try {
        const normal = parseEmail(address)
        expect(parseEmail(normal)).toBe(normal)
        expect(parseEmail(`Ada <${normal}>`)).toBe(normal)
      } catch (error) {
        expect(error).toBeInstanceOf(ScalarError)
        expect(error).toHaveProperty('context.reason')
      }
    }),
    { numRuns: 2000 },
  )
})
