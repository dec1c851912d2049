import type { Logger, Metrics } from '@polyservice-lab/service-kit'
import { openPostgres } from '@polyservice-lab/service-kit/postgres'
import type { ShopStore } from '../domain/store.ts'
import { createAppendEvent, createFeedStore } from './feed-store.ts'
import { migrations } from './migrations.ts'
import { createOrderStore } from './order-store.ts'
import { createProductStore } from './product-store.ts'
import type { Schema } from './schema.ts'
import { reset } from './seed.ts'
import { createUserStore } from './user-store.ts'

/** Together, with half a second for the answer, a call whose server is silent ends within five seconds. */
const timeouts = { connectTimeoutMs: 2_000, statementTimeoutMs: 2_000 }

export interface StoreOptions {
  readonly databaseUrl: string
  /** What the server calls the connections of the process. */
  readonly applicationName: string
  readonly eventsKeptMax: number
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface OpenStore extends ShopStore, AsyncDisposable {
  /** The key that signs tokens where none is set: made with the database. */
  secret(): Promise<Uint8Array>
  reset(): Promise<void>
  isReady(): Promise<boolean>
}

/** Opens the shop in its PostgreSQL; a server that is not there yet is waited for, with a line of the log. */
export async function openStore({
  databaseUrl,
  eventsKeptMax,
  ...options
}: StoreOptions): Promise<OpenStore> {
  const postgres = await openPostgres<Schema>({
    ...options,
    url: databaseUrl,
    migrations,
    ...timeouts,
  })
  const append = createAppendEvent(eventsKeptMax)
  return {
    users: createUserStore(postgres, append),
    products: createProductStore(postgres),
    orders: createOrderStore(postgres, append),
    feed: createFeedStore(postgres),
    async secret() {
      const secrets = postgres.db.selectFrom('secrets').select('value').where('name', '=', 'jwt')
      return (await secrets.executeTakeFirstOrThrow()).value
    },
    reset: () => postgres.transaction(reset),
    isReady: () => postgres.isReady(),
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  }
}
