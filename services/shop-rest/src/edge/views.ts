import { restPath } from '@polyservice-lab/contracts/shop'
import type { Order, Product, User } from '@polyservice-lab/shop'
import * as json from '@polyservice-lab/shop/json'

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

export function viewUser(user: User): View {
  const self = `${restPath}/users/${user.id}`
  const links = [link('self', self), link('orders', `${self}/orders`)]
  return { root: 'user', entry: '', data: { ...json.viewUser(user), links } }
}

export function viewProduct(product: Product): View {
  const links = [link('self', `${restPath}/products/${product.id}`)]
  return { root: 'product', entry: '', data: { ...json.viewProduct(product), links } }
}

export function viewOrder(order: Order): View {
  const { id, userId } = order
  const links = [link('self', `${restPath}/orders/${id}`), link('user', `${restPath}/users/${userId}`)]
  return { root: 'order', entry: 'item', data: { ...json.viewOrder(order), links } }
}

function link(rel: string, href: string): Link {
  return { rel, href }
}
