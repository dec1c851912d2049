import { readChargingConfig } from '@polyservice-lab/charging'
import { defineConfig } from '@polyservice-lab/service-kit'
import { readBrokerConfig } from '@polyservice-lab/service-kit/broker'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'

export type Config = ReturnType<typeof loadConfig>

const bodyBytesMax = 65_536

export const loadConfig = defineConfig('payments', (env) => ({
  ...readBrokerConfig(env, 'payments'),
  ...readHttpLimits(env, { bodyBytesMax }),
  cardsAddress: env.string('CARDS_ADDRESS', {
    default: 'cards:8013',
    about: 'where the card network is: host and port of its gRPC',
  }),
  ...readChargingConfig(env),
}))
