import { defineConfig } from '@polyservice-lab/service-kit'
import { readBrokerConfig } from '@polyservice-lab/service-kit/broker'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'

export type Config = ReturnType<typeof loadConfig>

const bodyBytesMax = 65_536

export const loadConfig = defineConfig('orders', (env) => ({
  ...readBrokerConfig(env, 'orders'),
  ...readHttpLimits(env, { bodyBytesMax }),
  corsOrigins: env.origins('CORS_ORIGINS', {
    allows: [],
    about: 'the web origins whose pages may place orders and read answers, between commas',
  }),
}))
