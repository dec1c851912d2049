import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type LoginFailures, LoginLimitError, type LoginLimiter } from '../domain/authentication.ts'

const minuteMs = 60_000
/** How much more an address may fail than an account from that address. */
const accountsPerAddress = 10
/** How many accounts and addresses are watched; beyond that the one that was not used for longest is forgotten. */
const keysMax = 20_000

/**
 * Bounds logins that fail, for each account from each address and for each address.
 * @param rate failed logins a minute for one account from one address; 0 sets no limit
 */
export function createLoginLimiter(rate: number, failures: LoginFailures): LoginLimiter {
  const bounds = (account: string, address: string) =>
    [
      [hash('sha256', `${address} ${account}`), rate],
      [hash('sha256', address), rate * accountsPerAddress],
    ] as const

  return {
    async check(account, address) {
      if (rate === 0) return
      for (const [key, perMinute] of bounds(account, address)) {
        const left = perMinute - (await failures.count(key, perMinute))
        if (left < 1) throw new LoginLimitError(Math.max(1, Math.ceil(((1 - left) * minuteMs) / rate / 1000)))
      }
    },
    async countFailure(account, address) {
      if (rate === 0) return
      for (const [key, perMinute] of bounds(account, address)) await failures.add(key, perMinute)
    },
  }
}

/** Counts in memory: for one process. */
export function createLoginFailures(now: () => number): LoginFailures & { clear(): void } {
  const counts = new LRUCache<string, { readonly failures: number; readonly atMs: number }>({ max: keysMax })

  function left(key: string, perMinute: number): number {
    const { failures, atMs } = counts.get(key) ?? { failures: 0, atMs: 0 }
    return Math.max(0, failures - ((now() - atMs) * perMinute) / minuteMs)
  }
  return {
    count: async (key, perMinute) => left(key, perMinute),
    add: async (key, perMinute) => {
      counts.set(key, { failures: left(key, perMinute) + 1, atMs: now() })
    },
    clear: () => counts.clear(),
  }
}
