import { createShopJsonRpcClient, LabError } from '@polyservice-lab/clients'
import type { Address } from '../address-of.ts'
import type { Story } from '../story.ts'

export async function tell(story: Story, { host, port }: Address): Promise<void> {
  const shop = createShopJsonRpcClient({ host, port, onWire: story.onWire })
  await story.step(
    'call a method by its name',
    () => shop.call('getUser', { id: 123 }),
    (user) => JSON.stringify(user),
  )
  await story.step(
    'place an order, ask for it and cancel it: a batch runs in its order',
    async () => {
      const { id } = await shop.placeOrder({ userId: 1, items: [{ productId: 302, quantity: 2 }] })
      return shop.batch([
        { method: 'getOrder', params: [id] },
        { method: 'update', params: [1, 2, 3], isNotification: true },
        { method: 'cancelOrder', params: [id] },
        { method: 'getUser', params: [7] },
      ])
    },
    (answers) => answers.map(describe).join(' · '),
  )
  await story.mistake('a user without a name', 'invalid_argument', () =>
    shop.createUser({ name: '', email: 'dora@example.com' }),
  )
}

function describe(answer: unknown): string {
  if (answer === undefined) return 'a notification has no answer'
  if (answer instanceof LabError) return `${answer.code} (${answer.status})`
  const { id, status } = answer as { readonly id: number; readonly status: string }
  return `order ${id} is ${status}`
}
