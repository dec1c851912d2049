import { createShopSoapClient } from '@polyservice-lab/clients/soap'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  const credentials = { username: 'admin', password: 'password123' }
  const options = { host, port, onWire: story.onWire }
  const shop = createShopSoapClient({ ...options, credentials })
  await story.step(
    'ask for a product in an envelope of SOAP 1.2',
    () => shop.getProduct(302),
    ({ name, price }) => `${name}, ${price} euros`,
  )
  await story.step(
    'ask for a user in an envelope of SOAP 1.1',
    () => createShopSoapClient({ ...options, version: '1.1' }).getUser(123),
    ({ name, email }) => `${name}, ${email}`,
  )
  const order = await story.step(
    'place an order, with the name and the password in a header block',
    () => shop.placeOrder({ userId: 1, items: [{ productId: 302, quantity: 2 }] }),
    ({ id, totalAmount }) => `order ${id}, ${totalAmount} euros`,
  )
  await story.step(
    'cancel the order',
    () => shop.cancelOrder(order?.id ?? 0),
    ({ id, status }) => `order ${id} is ${status}`,
  )
  await story.mistake('a user without a name: a Fault names the element', 'invalid_argument', () =>
    shop.createUser({ name: '', email: 'dora@example.com' }),
  )
}
