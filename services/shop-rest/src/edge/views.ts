import { restPath } from '@polyservice-lab/contracts/shop'
import type { Cents, Order, Product, User } from '@polyservice-lab/shop'

/** An entity or a list as every representation shows it. */
export interface View {
  /** The name of the document, as XML has it; entries of `items` have the name `entry`. */
  readonly root: string
  readonly entry: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Link {
  readonly rel: string
  readonly href: string
}

const euros = (cents: Cents) => cents / 100

export function viewUser({ id, name, email, role, createdAt, version }: User): View {
  const self = `${restPath}/users/${id}`
  const links = [link('self', self), link('orders', `${self}/orders`)]
  return { root: 'user', entry: '', data: { id, name, email, role, createdAt, version, links } }
}

export function viewProduct({ id, name, price }: Product): View {
  const links = [link('self', `${restPath}/products/${id}`)]
  return { root: 'product', entry: '', data: { id, name, price: euros(price), links } }
}

export function viewOrder({ id, userId, createdAt, status, items, totalAmount }: Order): View {
  const data = {
    ...{ id, userId, createdAt, status },
    items: items.map((item) => ({
      ...{ id: item.id, productId: item.productId, quantity: item.quantity },
      unitPrice: euros(item.unitPrice),
    })),
    totalAmount: euros(totalAmount),
    links: [link('self', `${restPath}/orders/${id}`), link('user', `${restPath}/users/${userId}`)],
  }
  return { root: 'order', entry: 'item', data }
}

export function viewUserV1({ id, name, email }: User) {
  return { id, name, email }
}

function link(rel: string, href: string): Link {
  return { rel, href }
}
