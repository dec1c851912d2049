import { defineConfig } from '@polyservice-lab/service-kit'

export type Config = ReturnType<typeof loadConfig>

export const loadConfig = defineConfig(8765, (env) => ({
  /** MESSAGE_BYTES_MAX: a longer message closes its connection with 1009. */
  messageBytesMax: env.integer('MESSAGE_BYTES_MAX', 1_048_576, { min: 1, max: 104_857_600 }),
}))
