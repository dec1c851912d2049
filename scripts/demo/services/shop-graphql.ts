import { createShopGraphqlClient } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

const nested = `query($id: ID!) {
  user(id: $id) { name orders { totalAmount items { quantity product { name } } } }
}`

interface Nested {
  readonly user: {
    readonly name: string
    readonly orders: readonly {
      readonly items: readonly { readonly quantity: number; readonly product: { readonly name: string } }[]
    }[]
  }
}

export async function tell(story: Story, address: Address): Promise<void> {
  const shop = createShopGraphqlClient({ ...address, onWire: story.onWire })

  await story.step(
    'ask for a user, the orders, their items and products at once',
    () => shop.request<Nested>(nested, { id: '123' }),
    ({ user: { name, orders } }) =>
      `${name} has ordered ${orders.flatMap(({ items }) => items.map(({ quantity, product }) => `${quantity} x ${product.name}`)).join(', ')}`,
  )
  const order = await story.step(
    'place an order',
    () => shop.placeOrder({ userId: 1, items: [{ productId: 302, quantity: 2 }] }),
    ({ id, totalAmount }) => `order ${id} of ${totalAmount.toFixed(2)} EUR`,
  )
  await story.step(
    'cancel the order',
    () => shop.cancelOrder(order?.id ?? 0),
    ({ id, status }) => `order ${id} is ${status}`,
  )
  await story.step(
    'read the first event of the feed',
    async () => {
      for await (const event of shop.feed({ after: 0 })) return event
      return undefined
    },
    (event) => `event ${event?.seq}: ${event?.type}`,
  )
  await story.mistake('ask for a field that there is not', 'invalid_argument', () =>
    shop.request('{ users { password } }'),
  )
}
