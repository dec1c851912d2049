import { createShopGraphqlClient, createShopGrpcClient, createShopJsonRpcClient, createShopRestClient } from '@polyservice-lab/clients'
import { createShopSoapClient } from '../../clients/src/shop/soap-client.ts'
import { comparable, told } from './compare.ts'
import { operations, outcomeIn } from './operations.ts'
const o = (i: number) => ({ port: 28100 + i, timeoutMs: 30000 })
const clients: any = { rest: createShopRestClient(o(1)), graphql: createShopGraphqlClient(o(2)), grpc: createShopGrpcClient(o(3)), soap: createShopSoapClient(o(4)), jsonrpc: createShopJsonRpcClient(o(5)) }
let n = 0
for (const rows of Object.values(operations)) for (const op of rows) {
  n++
  const values: any = {}
  for (const style of Object.keys(clients)) {
    const unique = 'u' + crypto.randomUUID().replaceAll('-', '')
    try {
      const { outcome, value } = await told(op.run(clients[style], unique))
      if (outcome !== outcomeIn(style as any, op)) console.log(op.name, '|', style, '|', outcome, '| wanted', outcomeIn(style as any, op))
      if (outcome === 'ok') values[style] = JSON.stringify(comparable(value, unique), (_k, v) => v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v)
    } catch (e) { console.log(op.name, '|', style, '| THROWN', e) }
  }
  const first = Object.values(values)[0]
  for (const [s, v] of Object.entries(values)) if (v !== first) console.log(op.name, '| value', s, '\n', v, '\n', first)
}
console.log(n, 'rows')
process.exit(0)
