/** What was expected, and the index of the code unit where it was. */
export interface SyntaxFault {
  readonly message: string
  readonly at: number
}

const blanks = /[ \t\n\r]*/y
const string = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|null|true|false|NaN|-?Infinity/y

/** Finds the first fault of a text that is not JSON, in the words of Python's parser, which the clients of this API know. */
export function findSyntaxFault(text: string): SyntaxFault | undefined {
  let at = 0
  const fault = (message: string, where = at): SyntaxFault => ({ message, at: where })
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const taken = pattern.test(text)
    if (taken) at = pattern.lastIndex
    return taken
  }

  function inString(): SyntaxFault | undefined {
    const start = at
    take(string)
    const [next, escaped] = text.slice(at)
    if (next === '"') {
      at += 1
      return undefined
    }
    if (next === undefined || (next === '\\' && escaped === undefined))
      return fault('Unterminated string starting at', start)
    if (next !== '\\') return fault('Invalid control character at')
    return escaped === 'u' ? fault('Invalid \\uXXXX escape', at + 1) : fault('Invalid \\escape')
  }

  function inMember(): SyntaxFault | undefined {
    if (text[at] !== '"') return fault('Expecting property name enclosed in double quotes')
    const found = inString()
    if (found !== undefined) return found
    take(blanks)
    if (text[at] !== ':') return fault("Expecting ':' delimiter")
    at += 1
    take(blanks)
    return inValue()
  }

  function inElements(end: string, what: string, inElement: () => SyntaxFault | undefined) {
    at += 1
    take(blanks)
    for (let comma = -1; text[at] !== end || comma >= 0; ) {
      if (comma >= 0 && text[at] === end) return fault(`Illegal trailing comma before end of ${what}`, comma)
      const found = inElement()
      if (found !== undefined) return found
      take(blanks)
      if (text[at] === end) break
      if (text[at] !== ',') return fault("Expecting ',' delimiter")
      comma = at
      at += 1
      take(blanks)
    }
    at += 1
    return undefined
  }

  function inValue(): SyntaxFault | undefined {
    if (text[at] === '"') return inString()
    if (text[at] === '{') return inElements('}', 'object', inMember)
    if (text[at] === '[') return inElements(']', 'array', inValue)
    return take(scalar) ? undefined : fault('Expecting value')
  }

  take(blanks)
  const found = inValue()
  if (found !== undefined) return found
  take(blanks)
  return at < text.length ? fault('Extra data') : undefined
}
