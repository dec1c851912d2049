import { createShopGrpcClient, type FeedEvent, type ShopGrpcClient } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  await using shop = createShopGrpcClient({ host, port, onWire: story.onWire })
  await story.step(
    'get a product: money is an integer of euros and one of billionths',
    () => shop.getProduct(302),
    ({ name, price }) => `${name}, ${price} euros`,
  )
  const order = await story.step(
    'place an order, once for its idempotency key',
    () =>
      shop.placeOrder({ userId: 1, items: [{ productId: 302, quantity: 2 }] }, { idempotencyKey: 'demo' }),
    ({ id, totalAmount }) => `order ${id}, ${totalAmount} euros`,
  )
  // The wire of a feed may be long.
  await using quiet = createShopGrpcClient({ host, port })
  if (order !== undefined)
    await story.step(
      'read the feed as a stream, from its oldest event to that of the order',
      () => readUntil(quiet, ({ type, data }) => type === 'order.placed' && data.id === order.id),
      ({ seq, time }) => `event ${seq}, at ${time}`,
    )
  await story.mistake('delete a user who has orders', 'failed_precondition', () => shop.deleteUser(1))
}

async function readUntil(shop: ShopGrpcClient, isLast: (event: FeedEvent) => boolean): Promise<FeedEvent> {
  for await (const event of shop.feed({ after: 0, timeoutMs: 20_000 })) if (isLast(event)) return event
  throw new Error('the feed has an end')
}
