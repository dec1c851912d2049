import type { Shop, ShopEvent, Slice, User } from '@polyservice-lab/shop'
import type { Loaders } from './loaders.ts'

/** What the resolvers of one operation know. */
export interface Context {
  readonly shop: Shop
  readonly loaders: Loaders
  readonly listMax: number
  /** @throws AppError unauthenticated where the client may not change anything */
  readonly authorizeWrite: () => Promise<void>
  /** @throws AppError unavailable, out_of_range */
  readonly follow: (after: number | undefined) => Promise<AsyncIterableIterator<ShopEvent>>
}

/** The part of a connection that is asked for. */
export interface UserSlice extends Slice<User> {
  readonly isFirst: boolean
}
