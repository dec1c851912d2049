import type { JsonValue } from './json-value.ts'

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

const blanks = /[ \t\n\r]*/y
const number = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y
const plainText = /[ !#-[\]-\uffff]*/y
const hexDigits = /[0-9a-fA-F]{4}/y
const constants: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Parses a JSON text (RFC 8259) as the clients of this API know it: the last of equal keys counts, NaN and Infinity
 * are numbers, and a syntax error says what was expected where.
 * @throws JsonSyntaxError, JsonLimitError
 */
export function parseJson(text: string): JsonValue {
  const parser = new Parser(text)
  parser.skipBlanks()
  const value = parser.value(0)
  parser.skipBlanks()
  if (parser.at < text.length) parser.fail('Extra data')
  return value
}

class Parser {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonValue {
    const first = this.#text[this.at]
    if (first === '"') return this.#string()
    if (depth > depthMax) throw new JsonLimitError('nested too deep')
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    for (const [name, value] of constants) {
      if (this.#text.startsWith(name, this.at)) {
        this.at += name.length
        return value
      }
    }
    return this.#number()
  }

  skipBlanks(): void {
    this.#take(blanks)
  }

  fail(message: string, at = this.at): never {
    // Most texts have a code unit per character; only an error has to know.
    throw new JsonSyntaxError(message, [...this.#text.slice(0, at)].length)
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.#text)
    if (match !== null) this.at += match[0].length
    return match
  }

  #number(): JsonValue {
    const match = this.#take(number)
    if (match === null) this.fail('Expecting value')
    const [all, integer = '', fraction, exponent] = match
    if (fraction !== undefined || exponent !== undefined) return Number(all)
    if (integer.length > integerDigitsMax) throw new JsonLimitError('too many digits')
    return BigInt(integer)
  }

  #array(depth: number): JsonValue {
    const values: JsonValue[] = []
    this.#elements(']', 'array', () => values.push(this.value(depth + 1)))
    return values
  }

  #object(depth: number): JsonValue {
    const members = new Map<string, JsonValue>()
    this.#elements('}', 'object', () => {
      if (this.#text[this.at] !== '"') this.fail('Expecting property name enclosed in double quotes')
      const key = this.#string()
      this.skipBlanks()
      if (this.#text[this.at] !== ':') this.fail("Expecting ':' delimiter")
      this.at += 1
      this.skipBlanks()
      members.set(key, this.value(depth + 1))
    })
    return members
  }

  /** What stands between brackets, with a comma between two elements. */
  #elements(end: string, what: string, element: () => void): void {
    this.at += 1
    this.skipBlanks()
    if (this.#text[this.at] !== end) {
      for (;;) {
        element()
        this.skipBlanks()
        if (this.#text[this.at] === end) break
        if (this.#text[this.at] !== ',') this.fail("Expecting ',' delimiter")
        const comma = this.at
        this.at += 1
        this.skipBlanks()
        if (this.#text[this.at] === end) this.fail(`Illegal trailing comma before end of ${what}`, comma)
      }
    }
    this.at += 1
  }

  #string(): string {
    const start = this.at
    this.at += 1
    let value = ''
    for (;;) {
      value += this.#take(plainText)?.[0] ?? ''
      const next = this.#text[this.at]
      if (next === undefined) this.fail('Unterminated string starting at', start)
      if (next !== '"' && next !== '\\') this.fail('Invalid control character at')
      this.at += 1
      if (next === '"') return value
      value += this.#escape(start)
    }
  }

  #escape(start: number): string {
    const letter = this.#text[this.at]
    if (letter === undefined) this.fail('Unterminated string starting at', start)
    if (letter !== 'u') {
      const character = escapes[letter]
      if (character === undefined) this.fail('Invalid \\escape', this.at - 1)
      this.at += 1
      return character
    }
    this.at += 1
    const digits = this.#take(hexDigits)
    if (digits === null) this.fail('Invalid \\uXXXX escape', this.at - 1)
    return String.fromCharCode(Number.parseInt(digits[0], 16))
  }
}
