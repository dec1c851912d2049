import type { Order, ShopEvent, User } from '@polyservice-lab/shop'

/** An event as it goes over the wire; made once, however many readers it has. */
export interface EncodedEvent {
  readonly seq: number
  readonly json: string
  /** The same as bytes: a message of a WebSocket. */
  readonly message: Buffer
  /** As an event of a stream: `id` and `data` (HTML, 9.2.6). */
  readonly block: Buffer
}

const encoded = new WeakMap<ShopEvent, EncodedEvent>()

export function encode(event: ShopEvent): EncodedEvent {
  const known = encoded.get(event)
  if (known !== undefined) return known
  const { seq, type, time } = event
  const data = 'items' in event.data ? viewOrder(event.data) : viewUser(event.data)
  const json = JSON.stringify({ seq, type, time, data })
  const made = { seq, json, message: Buffer.from(json), block: Buffer.from(`id: ${seq}\ndata: ${json}\n\n`) }
  encoded.set(event, made)
  return made
}

function viewUser({ id, name, email, role, createdAt, version }: User) {
  return { id, name, email, role, createdAt, version }
}

function viewOrder({ id, userId, createdAt, status, items, totalAmount }: Order) {
  return {
    ...{ id, userId, createdAt, status },
    items: items.map(({ id, productId, quantity, unitPrice }) => ({
      ...{ id, productId, quantity },
      unitPrice: unitPrice / 100,
    })),
    totalAmount: totalAmount / 100,
  }
}
