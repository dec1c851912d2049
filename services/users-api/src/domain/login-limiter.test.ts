import { expect, test } from 'vitest'
import { LoginLimitError, LoginLimiter } from './login-limiter.ts'

function createLimiter(rate: number) {
  let now = 0
  const limiter = new LoginLimiter(rate, () => now)
  return {
    take: (account: string, address = '1.1.1.1') => limiter.take(account, address),
    wait: (ms: number) => {
      now += ms
    },
  }
}

test('limits an account from one address, and tells when to come back', () => {
  const { take, wait } = createLimiter(2)
  take('a')
  take('a')
  expect(() => take('a')).toThrow(expect.objectContaining({ retryAfterS: 30 }))
  take('a', '2.2.2.2')
  take('b')
  wait(30_000)
  take('a')
  expect(() => take('a')).toThrow(LoginLimitError)
})

test('limits an address over all accounts', () => {
  const { take } = createLimiter(1)
  for (let i = 0; i < 10; i++) take(`account ${i}`)
  expect(() => take('another')).toThrow(LoginLimitError)
})

test('gives back what a login that succeeds took', () => {
  const { take } = createLimiter(1)
  for (let i = 0; i < 5; i++) take('a')()
  take('a')
  expect(() => take('a')).toThrow(LoginLimitError)
})

test('has no limit at rate 0', () => {
  const { take } = createLimiter(0)
  for (let i = 0; i < 100; i++) take('a')
})
