import { AppError } from '@polyservice-lab/service-kit/app-error'

const windowMs = 60_000
/** How much more an address may fail than an account from that address. */
const accountsPerAddress = 10
/** How many accounts and addresses are watched; beyond that the oldest is forgotten. */
const bucketsMax = 100_000

interface Bucket {
  tokens: number
  updatedAtMs: number
}

/**
 * Counts logins that fail, for each account from each address and for each address. Both may fail so often in a
 * minute, and are then told when to come back. A login that succeeds costs nothing.
 */
export class LoginLimiter {
  readonly #rate: number
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** @param rate failed logins a minute for one account from one address; 0 sets no limit */
  constructor(rate: number, now: () => number) {
    this.#rate = rate
    this.#now = now
  }

  /**
   * Takes a try; the result gives it back.
   * @throws AppError resource_exhausted, with the seconds to wait
   */
  take(account: string, address: string): () => void {
    if (this.#rate === 0) return () => {}
    const buckets = [
      this.#bucket(`${address} ${account}`, this.#rate),
      this.#bucket(address, this.#rate * accountsPerAddress),
    ]
    for (const { tokens } of buckets) {
      if (tokens >= 1) continue
      const waitS = Math.ceil(((1 - tokens) * windowMs) / this.#rate / 1000)
      throw new LoginLimitError(Math.max(1, waitS))
    }
    for (const bucket of buckets) bucket.tokens -= 1
    return () => {
      for (const bucket of buckets) bucket.tokens += 1
    }
  }

  clear(): void {
    this.#buckets.clear()
  }

  #bucket(key: string, capacity: number): Bucket {
    const now = this.#now()
    const known = this.#buckets.get(key)
    const bucket = known ?? { tokens: capacity, updatedAtMs: now }
    const refilled = bucket.tokens + ((now - bucket.updatedAtMs) * capacity) / windowMs
    bucket.tokens = Math.min(capacity, refilled)
    bucket.updatedAtMs = now
    // Taken out and put back, so that the first key is the one that was not used for longest.
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > bucketsMax && oldest !== undefined) this.#buckets.delete(oldest)
    return bucket
  }
}

/** Too many logins failed. */
export class LoginLimitError extends AppError {
  readonly retryAfterS: number

  constructor(retryAfterS: number) {
    super('resource_exhausted', 'Too many failed logins')
    this.retryAfterS = retryAfterS
  }
}
