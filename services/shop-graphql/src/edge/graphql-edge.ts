import { readFileSync } from 'node:fs'
import type { ServiceDeps } from '@polyservice-lab/service-kit'
import { createGraphqlServer } from '@polyservice-lab/service-kit/graphql'
import type { HttpServer } from '@polyservice-lab/service-kit/http'
import { FeedEvents, type FeedTail, type Shop } from '@polyservice-lab/shop'
import { createSchema } from 'graphql-yoga'
import type { Config } from '../config.ts'
import type { Context } from './context.ts'
import { errors, toWire } from './errors.ts'
import { examples } from './examples.ts'
import { createLoaders } from './loaders.ts'
import { resolvers } from './resolvers.ts'

/** The GraphQL server of the shop, on the schema of the contract. */
export function createGraphqlEdge(
  shop: Shop,
  tail: FeedTail,
  config: Config,
  deps: ServiceDeps,
): Promise<HttpServer> {
  const typeDefs = readFileSync(new URL('../../../../contracts/shop/shop.graphql', import.meta.url), 'utf8')
  const contextOf = (token: string | undefined): Context => ({
    shop,
    loaders: createLoaders(shop),
    listMax: config.listMax,
    authorizeWrite: () => shop.access.authorize(token, 'write'),
    async follow(after) {
      if (after !== undefined) await shop.feed.readPart(after, 1)
      return new FeedEvents(tail, after ?? (await shop.feed.newest()))
    },
  })
  return createGraphqlServer({
    schema: createSchema<Context>({ typeDefs, resolvers }),
    ...{ contextOf, toWire, errors, examples, config, deps },
    authorize: (token) => shop.access.authorize(token, 'read'),
  })
}
