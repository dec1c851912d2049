import { afterEach, expect, test } from 'vitest'
import { createFakers, type Fakers, withFakers } from './fakers.ts'

const values = (fakers: Fakers) => [fakers.user(), fakers.file(), fakers.catalogueCourse(), fakers.message()]

afterEach(() => {
  delete process.env['LAB_SEED']
})

test('the same seed makes the same values, no seed new ones', () => {
  expect(values(createFakers(7))).toEqual(values(createFakers(7)))
  expect(values(createFakers())).not.toEqual(values(createFakers()))
})

test('LAB_SEED is the seed where none is given', () => {
  process.env['LAB_SEED'] = '7'
  expect(values(createFakers())).toEqual(values(createFakers(7)))
  process.env['LAB_SEED'] = 'seven'
  expect(() => createFakers()).toThrow('LAB_SEED="seven": not a whole number')
})

test('overrides win', () => {
  expect(createFakers().user({ firstName: 'Ada' }).firstName).toBe('Ada')
})

test('a test that fails says how its values come again', async () => {
  let made: unknown
  const failing = withFakers((fakers, title: string) => {
    made = values(fakers)
    expect(title).toBe('another')
  })
  const error = (await failing('a title').catch((thrown: unknown) => thrown)) as Error
  expect(error.message).toMatch(
    /^expected 'a title' to be 'another'.*\nthe values of this test come again with LAB_SEED=\d+$/,
  )
  expect(error.stack).toContain('come again with LAB_SEED=')
  process.env['LAB_SEED'] = /LAB_SEED=(\d+)/.exec(error.message)?.[1]
  expect(values(createFakers())).toEqual(made)
})

test('a test that goes well returns nothing, and has no arguments that a runner could mistake for a callback', async () => {
  const passing = withFakers(() => 1)
  expect(await passing()).toBeUndefined()
  expect(passing.length).toBe(0)
})
