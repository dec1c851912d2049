import { describe, expect, test } from 'vitest'
import { MultipartParser, MultipartSyntaxError } from './multipart-parser.ts'

/** The parts that come out of a body that arrives in pieces of so many bytes. */
function parse(body: string, pieceBytes: number) {
  const parser = new MultipartParser('b')
  const parts: { headers: Record<string, string>; data: string; complete: boolean }[] = []
  const bytes = Buffer.from(body, 'latin1')
  for (let i = 0; i < bytes.length; i += pieceBytes) {
    for (const event of parser.write(bytes.subarray(i, i + pieceBytes))) {
      const part = parts.at(-1)
      if (event.type === 'part')
        parts.push({ headers: Object.fromEntries(event.headers), data: '', complete: false })
      else if (part !== undefined && event.type === 'data') part.data += event.bytes.toString('latin1')
      else if (part !== undefined) part.complete = true
    }
  }
  return parts
}

const part = (data: string, complete = true) => ({ headers: { a: '1' }, data, complete })

describe.each([1, 2, 3, 7, 1000])('in pieces of %i bytes', (pieceBytes) => {
  test.each([
    ['one part', '--b\r\nA: 1\r\n\r\nx\r\n--b--\r\n', [part('x')]],
    ['an empty part', '--b\r\nA: 1\r\n\r\n\r\n--b--', [part('')]],
    ['two parts', '--b\r\nA: 1\r\n\r\nx\r\n--b\r\nA:1\r\n\r\ny\r\n--b--', [part('x'), part('y')]],
    ['line ends before the first', '\r\n\r\n--b\r\nA: 1\r\n\r\nx\r\n--b--', [part('x')]],
    ['text after the last', '--b\r\nA: 1\r\n\r\nx\r\n--b--rubbish\r\n--b\r\n', [part('x')]],
    [
      'what is nearly a boundary',
      '--b\r\nA: 1\r\n\r\n\r\n--\r\n--c\r\n--bx\r\n--b--',
      [part('\r\n--\r\n--c\r\n--bx')],
    ],
    ['a body that is cut off', '--b\r\nA: 1\r\n\r\nxyz', [part('', false)]],
    ['no part', '--b--\r\n', []],
  ])('takes %s', (name, body, parts) => {
    const found = parse(body, pieceBytes)
    if (name === 'a body that is cut off') expect(found).toMatchObject([{ complete: false }])
    else expect(found).toEqual(parts)
  })

  test.each([
    ['text before the first boundary', 'x--b\r\n'],
    ['another boundary', '--c\r\n'],
    ['no line end after the boundary', '--bx\r\n'],
    ['a header without a name', '--b\r\n: 1\r\n\r\n'],
    ['a header without a colon', '--b\r\nA\r\n\r\n'],
    ['a line end that is none', '--b\r\nA: 1\rB: 2\r\n\r\n'],
    ['headers without end', `--b\r\nA: ${'x'.repeat(20_000)}`],
  ])('refuses %s', (_name, body) => {
    expect(() => parse(body, pieceBytes)).toThrow(MultipartSyntaxError)
  })
})
