import { expect, test } from 'vitest'
import { decodeText } from './decode-text.ts'
import { JsonLimitError, JsonSyntaxError, parseJson } from './parse-json.ts'
import { writeJson } from './write-json.ts'

test.each([
  '{"b":[1,2.5,null,true],"a":{"y":"x","x":"y"}}',
  '9223372036854775808',
  '1.0',
  '1e+16',
  '1e-05',
  '0.0001',
  '123456789012345.0',
  '-0.0',
  '"\\ud800 \\u0001 é 🎓"',
])('writes %s as it was read', (text) => {
  expect(writeJson(parseJson(text))).toBe(text)
})

test.each([
  ['', 'Expecting value', 0],
  ['   ', 'Expecting value', 3],
  ['{', 'Expecting property name enclosed in double quotes', 1],
  ['{"a" 1}', "Expecting ':' delimiter", 5],
  ['{"a": }', 'Expecting value', 6],
  ['{"имя": "Аня", }', 'Illegal trailing comma before end of object', 13],
  ['{"🎓": 1,}', 'Illegal trailing comma before end of object', 7],
  ['[1,]', 'Illegal trailing comma before end of array', 2],
  ['[1, 2', "Expecting ',' delimiter", 5],
  ['"abc', 'Unterminated string starting at', 0],
  ['"\\', 'Unterminated string starting at', 0],
  ['"\\x"', 'Invalid \\escape', 1],
  ['"\\u12G4"', 'Invalid \\uXXXX escape', 2],
  ['"a\nb"', 'Invalid control character at', 2],
  ['{} x', 'Extra data', 3],
  ['01', 'Extra data', 1],
  ['-', 'Expecting value', 0],
])('refuses %s with "%s" at %i', (text, message, position) => {
  const parse = () => parseJson(text)
  expect(parse).toThrow(JsonSyntaxError)
  expect(parse).toThrow(expect.objectContaining({ message, position }))
})

test('refuses what is nested too deep or has too many digits', () => {
  expect(() => parseJson('['.repeat(100_000))).toThrow(JsonLimitError)
  expect(() => parseJson('1'.repeat(4_301))).toThrow(JsonLimitError)
})

test.each([
  ['UTF-8', Buffer.from('{"é":1}')],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeff{"é":1}')],
  ['UTF-16, little end first', Buffer.from('{"é":1}', 'utf16le')],
  ['UTF-16, big end first', Buffer.from('{"é":1}', 'utf16le').swap16()],
])('decodes %s', (_name, bytes) => {
  expect(decodeText(bytes)).toBe('{"é":1}')
})

test.each([[[0x61, 0xff]], [[0x61, 0xed, 0xa0, 0x80]]])(
  'refuses the bytes %j, which are no UTF-8',
  (bytes) => {
    expect(() => decodeText(Buffer.from(bytes))).toThrow(TypeError)
  },
)

test('takes NaN and Infinity for numbers, but not in a string', () => {
  expect(writeJson(parseJson('[NaN, -Infinity, "NaN \\" Infinity", 1.5]'))).toBe(
    '[null,null,"NaN \\" Infinity",1.5]',
  )
})

test('takes a string of a million characters', () => {
  const text = JSON.stringify('\n'.repeat(500_000) + 'a'.repeat(500_000))
  expect(parseJson(text)).toHaveLength(1_000_000)
  expect(() => parseJson(`${text},`)).toThrow(JsonSyntaxError)
  expect(parseJson(`[NaN,${text}]`)).toHaveLength(2)
})
