import { expect, test } from 'vitest'
import { brokenDirectory, brokenFilename, normalizePath } from './file-names.ts'

test.each(['a', 'a/b', 'a/', '.', './a', 'a.b', '...', '\u043f\u0430\u043f\u043a\u0430'])(
  'takes the directory %s',
  (directory) => {
    expect(brokenDirectory(directory)).toBeUndefined()
  },
)

test.each(['/', '/a', 'a//b', 'a//', '..', 'a/..', '../a'])('refuses the directory %s', (directory) => {
  expect(brokenDirectory(directory)).toBeDefined()
})

test.each([
  ['a.txt', true],
  ['a?b#c', true],
  ['..', false],
  ['.', false],
  ['a/b', false],
])('takes the filename %s: %s', (filename, taken) => {
  expect(brokenFilename(filename) === undefined).toBe(taken)
})

test.each([
  ['a//b/./c/', 'a/b/c'],
  ['a/../b', 'b'],
  ['../a', undefined],
  ['a/../../b', undefined],
])('knows what %s means', (path, expected) => {
  expect(normalizePath(path)).toBe(expected)
})
