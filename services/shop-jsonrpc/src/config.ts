import { defineConfig } from '@polyservice-lab/service-kit'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

export const loadConfig = defineConfig('shop-jsonrpc', (env) => ({
  ...readShopConfig(env),
  batchMax: env.integer('BATCH_MAX', {
    default: 100,
    min: 1,
    max: 10_000,
    about: 'entries of a batch; beyond it, nothing of it runs',
  }),
  answerBytesMax: env.integer('ANSWER_BYTES_MAX', {
    default: 4_194_304,
    min: 1024,
    max: 67_108_864,
    about: 'with more bytes of answers, further requests of a batch are not run but told so',
  }),
  ...readHttpLimits(env),
}))
