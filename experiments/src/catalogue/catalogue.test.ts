import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { experiments } from './index.ts'

const root = join(import.meta.dirname, '../../..')

test('names are unique', () => {
  expect(new Set(experiments.map(({ name }) => name)).size).toBe(experiments.length)
})

test.each(experiments)('$name has a file and a page under its name', ({ name }) => {
  expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  expect(existsSync(join(import.meta.dirname, `${name}.ts`))).toBe(true)
  expect(existsSync(join(root, `docs/experiments/${name}.md`))).toBe(true)
})
