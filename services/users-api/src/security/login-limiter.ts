import { LRUCache } from 'lru-cache'
import { LoginLimitError, type LoginLimiter } from '../domain/authentication.ts'

const windowMs = 60_000
/** How much more an address may fail than an account from that address. */
const accountsPerAddress = 10
/** How many accounts and addresses are watched; beyond that the one that was not used for longest is forgotten. */
const bucketsMax = 20_000

interface Bucket {
  tokens: number
  updatedAtMs: number
}

/**
 * Counts logins that fail, for each account from each address and for each address, in buckets that refill over a minute.
 * @param rate failed logins a minute for one account from one address; 0 sets no limit
 */
export function createLoginLimiter(rate: number, now: () => number): LoginLimiter & { clear(): void } {
  const buckets = new LRUCache<string, Bucket>({ max: bucketsMax })

  function bucketOf(key: string, capacity: number): Bucket {
    const nowMs = now()
    const bucket = buckets.get(key) ?? { tokens: capacity, updatedAtMs: nowMs }
    const refilled = bucket.tokens + ((nowMs - bucket.updatedAtMs) * capacity) / windowMs
    bucket.tokens = Math.min(capacity, refilled)
    bucket.updatedAtMs = nowMs
    buckets.set(key, bucket)
    return bucket
  }

  const bucketsOf = (account: string, address: string) => [
    bucketOf(`${address} ${account}`, rate),
    bucketOf(address, rate * accountsPerAddress),
  ]

  return {
    check(account, address) {
      if (rate === 0) return
      for (const { tokens } of bucketsOf(account, address)) {
        if (tokens >= 1) continue
        const waitS = Math.ceil(((1 - tokens) * windowMs) / rate / 1000)
        throw new LoginLimitError(Math.max(1, waitS))
      }
    },
    countFailure(account, address) {
      if (rate === 0) return
      for (const bucket of bucketsOf(account, address)) bucket.tokens -= 1
    },
    clear: () => buckets.clear(),
  }
}
