import { defineConfig } from '@polyservice-lab/service-kit'
import { readHttpLimits } from '@polyservice-lab/service-kit/http'
import { readShopConfig } from '@polyservice-lab/shop'

export type Config = ReturnType<typeof loadConfig>

export const loadConfig = defineConfig('shop-soap', (env) => ({
  ...readShopConfig(env),
  soapPassword: env.string('SHOP_SOAP_PASSWORD', {
    default: 'password123',
    about: 'the password of the account in an envelope; SHOP_PASSWORD is right there too',
  }),
  xmlDepthMax: env.integer('XML_DEPTH_MAX', {
    default: 64,
    min: 8,
    max: 1000,
    about: 'nested elements of an envelope; beyond it, a Fault',
  }),
  ...readHttpLimits(env),
}))
