import { defineConfig } from '@polyservice-lab/service-kit'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

export const loadConfig = defineConfig('shop-rest', (env) => ({
  ...readShopConfig(env),
  corsOrigins: env.origins('CORS_ORIGINS', {
    allows: [],
    about: 'the web origins whose pages may call and read answers, between commas',
  }),
  listMax: env.integer('LIST_MAX', {
    default: 1000,
    min: 1,
    max: 10_000,
    about: 'entries of a list that has no pages: the users of version 1',
  }),
  ...readHttpLimits(env),
}))
