import { readChargingConfig } from '@polyservice-lab/charging'
import { defineConfig } from '@polyservice-lab/service-kit'
import { readBrokerConfig } from '@polyservice-lab/service-kit/broker'
import { readGrpcLimits } from '@polyservice-lab/service-kit/grpc'

export type Config = ReturnType<typeof loadConfig>

/** Held answers take a call each. */
const callsMax = 2_000

export const loadConfig = defineConfig('cards', (env) => {
  // MESSAGE_BYTES_MAX is one variable for both protocols, with the default of the broker's.
  const broker = readBrokerConfig(env, 'cards')
  return {
    ...readGrpcLimits(env, callsMax),
    ...broker,
    ...readChargingConfig(env),
    cardHoldMs: env.integer('CARD_HOLD_MS', {
      default: 30_000,
      min: 1,
      max: 3_600_000,
      about: 'how long answers of the cards …4101 and …4102 are held',
    }),
  }
})
