import { defineConfig } from '@polyservice-lab/service-kit'
import { readGraphqlLimits } from '@polyservice-lab/service-kit/graphql'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

export const loadConfig = defineConfig('shop-graphql', (env) => ({
  ...readShopConfig(env),
  listMax: env.integer('LIST_MAX', {
    default: 1000,
    min: 1,
    max: 10_000,
    about: 'entries of `users` where the query names no limit',
  }),
  ...readGraphqlLimits(env),
  ...readHttpLimits(env),
}))
