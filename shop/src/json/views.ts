import type { Cents, Order, Product, User } from '../domain/entities.ts'

const euros = (cents: Cents) => cents / 100

/** A user as JSON has it. */
export function viewUser({ id, name, email, role, createdAt, version }: User) {
  return { id, name, email, role, createdAt, version }
}

/** A user as those know it who need no more. */
export function viewUserBasic({ id, name, email }: User) {
  return { id, name, email }
}

/** A product as JSON has it: the price in euros, exact to the cent. */
export function viewProduct({ id, name, price }: Product) {
  return { id, name, price: euros(price) }
}

/** An order as JSON has it: money in euros, exact to the cent. */
export function viewOrder({ id, userId, createdAt, status, items, totalAmount }: Order) {
  const priced = items.map((item) => ({
    ...{ id: item.id, productId: item.productId, quantity: item.quantity },
    unitPrice: euros(item.unitPrice),
  }))
  return { id, userId, createdAt, status, items: priced, totalAmount: euros(totalAmount) }
}
