import { expect, test } from 'vitest'
import { LoginLimitError } from '../domain/authentication.ts'
import { createLoginFailures, createLoginLimiter } from './login-limiter.ts'

function createLimiter(rate: number) {
  let now = 0
  const limiter = createLoginLimiter(
    rate,
    createLoginFailures(() => now),
  )
  const check = (account: string, address = '1.1.1.1') => limiter.check(account, address)
  return {
    check,
    async fail(account: string, address = '1.1.1.1') {
      await check(account, address)
      await limiter.countFailure(account, address)
    },
    wait(ms: number) {
      now += ms
    },
  }
}

test('limits an account from one address, and tells when to come back', async () => {
  const { check, fail, wait } = createLimiter(2)
  await fail('a')
  await fail('a')
  await expect(check('a')).rejects.toMatchObject({ retryAfterS: 30 })
  await fail('a', '2.2.2.2')
  await fail('b')
  wait(30_000)
  await fail('a')
  await expect(check('a')).rejects.toThrow(LoginLimitError)
})

test('limits an address over all accounts', async () => {
  const { check, fail } = createLimiter(1)
  for (let i = 0; i < 10; i++) await fail(`account ${i}`)
  await expect(check('another')).rejects.toThrow(LoginLimitError)
})

test('counts what failed, and not what is on its way', async () => {
  const { check, fail } = createLimiter(1)
  for (let i = 0; i < 50; i++) await check('a')
  await fail('a')
  await expect(check('a')).rejects.toThrow(LoginLimitError)
})

test('has no limit at rate 0', async () => {
  const { fail } = createLimiter(0)
  for (let i = 0; i < 100; i++) await fail('a')
})
