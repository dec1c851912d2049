import { defineConfig } from '@polyservice-lab/service-kit'
import { readBrokerConfig } from '@polyservice-lab/service-kit/broker'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'

export type Config = ReturnType<typeof loadConfig>

const bodyBytesMax = 65_536

export const loadConfig = defineConfig('customers', (env) => ({
  ...readBrokerConfig(env, 'customers'),
  ...readHttpLimits(env, { bodyBytesMax }),
}))
