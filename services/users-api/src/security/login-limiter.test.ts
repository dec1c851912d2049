import { expect, test } from 'vitest'
import { LoginLimitError } from '../domain/authentication.ts'
import { createLoginLimiter } from './login-limiter.ts'

function createLimiter(rate: number) {
  let now = 0
  const limiter = createLoginLimiter(rate, () => now)
  const check = (account: string, address = '1.1.1.1') => limiter.check(account, address)
  return {
    check,
    fail(account: string, address = '1.1.1.1') {
      check(account, address)
      limiter.countFailure(account, address)
    },
    wait(ms: number) {
      now += ms
    },
  }
}

test('limits an account from one address, and tells when to come back', () => {
  const { check, fail, wait } = createLimiter(2)
  fail('a')
  fail('a')
  expect(() => check('a')).toThrow(expect.objectContaining({ retryAfterS: 30 }))
  fail('a', '2.2.2.2')
  fail('b')
  wait(30_000)
  fail('a')
  expect(() => check('a')).toThrow(LoginLimitError)
})

test('limits an address over all accounts', () => {
  const { check, fail } = createLimiter(1)
  for (let i = 0; i < 10; i++) fail(`account ${i}`)
  expect(() => check('another')).toThrow(LoginLimitError)
})

test('counts what failed, and not what is on its way', () => {
  const { check, fail } = createLimiter(1)
  for (let i = 0; i < 50; i++) check('a')
  fail('a')
  expect(() => check('a')).toThrow(LoginLimitError)
})

test('has no limit at rate 0', () => {
  const { fail } = createLimiter(0)
  for (let i = 0; i < 100; i++) fail('a')
})
