import { expect, test } from 'vitest'
import { pageTokenAfter, parsePageToken } from './page-token.ts'

test.each(['a', '😀'.repeat(100), 'a\u0000b', '1'])('a token gives back the id %j', (courseId) => {
  expect(parsePageToken(pageTokenAfter(courseId))).toBe(courseId)
})

test('the empty token is that of the first page', () => {
  expect(parsePageToken('')).toBe('')
})

test.each(['x', 'MQ', 'MQ==', `${pageTokenAfter('a')}=`, pageTokenAfter('x'.repeat(101)), '%'])(
  'refuses the token "%s"',
  (token) => {
    expect(() => parsePageToken(token)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)
