/** A text that is not JSON. `position` counts characters (code points), as those who wrote the text count them. */
export class JsonSyntaxError extends Error {
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.name = 'JsonSyntaxError'
    this.position = position
  }
}

const string = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|null|true|false|NaN|-?Infinity/y

/**
 * Finds the first fault of a text, in the words of Python's parser, which the clients of this API know. NaN and
 * Infinity are none.
 * @throws JsonSyntaxError
 */
export function checkSyntax(text: string): void {
  let at = 0

  function fail(message: string, where = at): never {
    throw new JsonSyntaxError(message, [...text.slice(0, where)].length)
  }
  function take(pattern: RegExp): boolean {
    pattern.lastIndex = at
    const isTaken = pattern.test(text)
    if (isTaken) at = pattern.lastIndex
    return isTaken
  }
  /** Takes a mark that stands there, and the blanks after it. */
  function takeMark(mark: string): boolean {
    if (!text.startsWith(mark, at)) return false
    at += mark.length
    return take(/[ \t\n\r]*/y)
  }

  function checkString(): void {
    const start = at
    take(string)
    const [next, escaped] = text.slice(at, at + 2)
    if (takeMark('"')) return
    if (next === undefined || (next === '\\' && escaped === undefined))
      fail('Unterminated string starting at', start)
    if (next !== '\\') fail('Invalid control character at')
    if (escaped === 'u') fail('Invalid \\uXXXX escape', at + 1)
    fail('Invalid \\escape')
  }
  function checkMember(): void {
    if (text[at] !== '"') fail('Expecting property name enclosed in double quotes')
    checkString()
    if (!takeMark(':')) fail("Expecting ':' delimiter")
    checkValue()
  }
  function checkElements(end: string, what: string, checkElement: () => void): void {
    if (takeMark(end)) return
    for (;;) {
      checkElement()
      const comma = at
      if (takeMark(end)) return
      if (!takeMark(',')) fail("Expecting ',' delimiter")
      if (text[at] === end) fail(`Illegal trailing comma before end of ${what}`, comma)
    }
  }
  function checkValue(): void {
    if (text[at] === '"') checkString()
    else if (takeMark('{')) checkElements('}', 'object', checkMember)
    else if (takeMark('[')) checkElements(']', 'array', checkValue)
    else if (take(scalar)) takeMark('')
    else fail('Expecting value')
  }

  takeMark('')
  checkValue()
  if (at < text.length) fail('Extra data')
}
