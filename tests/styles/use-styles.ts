import type { ShopClient } from '@polyservice-lab/clients'
import { containers, startPostgres } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll } from 'vitest'
import { type Style, styleNames, styles } from './operations.ts'

/** One shop that is up in all styles. */
export interface StyledShop {
  client(style: Style): ShopClient
  /** Puts the shop back to the seeded data, for all styles. */
  reset(): Promise<void>
}

const timeoutMs = 30_000

/** A shop for the tests of the file that calls this: all styles on one PostgreSQL. */
export function useStyles(): StyledShop {
  const stack = new AsyncDisposableStack()
  const started = new Map<Style, { readonly client: ShopClient; reset(): Promise<void> }>()
  beforeAll(async () => {
    const postgres = stack.use(await startPostgres())
    for (const style of styleNames) {
      const container = await new containers[styles[style]]().withPostgres(postgres).start()
      stack.defer(async () => void (await container.stop()))
      started.set(style, { client: container.client({ timeoutMs }), reset: () => container.reset() })
    }
  }, 300_000)
  afterAll(() => stack.disposeAsync(), 60_000)
  const find = (style: Style) => {
    const found = started.get(style)
    if (found === undefined) throw new Error('the shop is up inside of tests only')
    return found
  }
  return { client: (style) => find(style).client, reset: () => find('rest').reset() }
}
