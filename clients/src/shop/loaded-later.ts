import type { ShopClient } from './shop-client.ts'

const operations = [
  'getUser',
  'listUsers',
  'createUser',
  'updateUser',
  'deleteUser',
  'getProduct',
  'listProducts',
  'getOrder',
  'listOrders',
  'placeOrder',
  'cancelOrder',
] as const satisfies readonly (keyof ShopClient)[]

/** A client whose module is loaded by its first call, so that nobody pays for a protocol that they do not speak. */
export function loadedLater(load: () => Promise<ShopClient>): ShopClient {
  let loading: Promise<ShopClient> | undefined
  const later =
    (name: keyof ShopClient) =>
    async (...values: never[]): Promise<unknown> => {
      loading ??= load()
      const client = await loading
      return (client[name] as (...values: never[]) => Promise<unknown>)(...values)
    }
  return Object.fromEntries(operations.map((name) => [name, later(name)])) as unknown as ShopClient
}
