import type { EnvReader } from '@polyservice-lab/service-kit'

const upToAnHour = { min: 1, max: 3_600_000 }

/** Reads how the card network is called: the same variables in every service that charges. */
export function readChargingConfig(env: EnvReader) {
  return {
    chargeTimeoutMs: env.integer('CHARGE_TIMEOUT_MS', {
      ...upToAnHour,
      default: 2_000,
      about: 'how long a call of the card network may take',
    }),
    chargeTriesMax: env.integer('CHARGE_TRIES_MAX', {
      default: 4,
      min: 1,
      max: 100,
      about: 'charges that are tried, before the payment fails and whatever was charged is given back',
    }),
    chargeDelayMs: env.integer('CHARGE_DELAY_MS', {
      ...upToAnHour,
      default: 200,
      about: 'the pause after the first charge without an answer; each later one is twice as long',
    }),
  }
}
