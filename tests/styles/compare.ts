import { LabError, type Order, type Product, type ShopUserInFull } from '@polyservice-lab/clients'
import type { Outcome } from './operations.ts'

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** The last ids of the seeded data: later ones depend on who came before. */
const lastUser = 123
const lastOrder = 456

/** What a call came to: `ok` and what it told, or the outcome of its error. */
export interface Told {
  readonly outcome: Outcome
  readonly value?: unknown
}

/** Waits for a call. @throws what is no LabError */
export async function told(call: Promise<unknown>): Promise<Told> {
  try {
    return { outcome: 'ok', value: entitiesOf(await call) }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    const { code, reason, violations } = error
    const fields = violations.map(({ field }) => field).join(', ')
    const words = reason === undefined ? code : `${code} ${reason}`
    return { outcome: fields === '' ? words : `${words}: ${fields}` }
  }
}

/** The same value with what all styles have of an entity: a style may add members, as REST does links. */
export function entitiesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(entitiesOf)
  if (typeof value !== 'object' || value === null) return value
  if ('email' in value) {
    const { id, name, email, role, createdAt, version } = value as ShopUserInFull
    return { id, name, email, role, createdAt, version }
  }
  if ('totalAmount' in value) {
    const { id, userId, createdAt, status, items, totalAmount } = value as Order
    const sold = items.map(({ id: itemId, productId, quantity, unitPrice }) => ({
      ...{ id: itemId, productId, quantity, unitPrice },
    }))
    return { id, userId, createdAt, status, items: sold, totalAmount }
  }
  if ('price' in value) {
    const { id, name, price } = value as Product
    return { id, name, price }
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, entitiesOf(inner)]))
}

/** What was told, without what differs from one run to the next: new ids, the time of now, and the unique word. */
export function comparable(value: unknown, unique: string): unknown {
  if (typeof value === 'string') return value.replace(new RegExp(unique, 'i'), '<unique>')
  if (Array.isArray(value)) return value.map((one) => comparable(one, unique))
  if (typeof value !== 'object' || value === null) return value
  const entity = value as Readonly<Record<string, unknown>>
  const isNew = Number(entity['id']) > ('totalAmount' in value ? lastOrder : lastUser) && !('price' in value)
  const members = Object.entries(entity).map(([key, inner]) => [key, comparable(inner, unique)] as const)
  if (!isNew) return Object.fromEntries(members)
  const replaced = {
    id: '<new>',
    ...('userId' in value && { userId: '<new>' }),
    ...timeOf(entity['createdAt']),
  }
  return { ...Object.fromEntries(members), ...replaced }
}

function timeOf(createdAt: unknown) {
  if (createdAt === undefined) return {}
  return { createdAt: time.test(String(createdAt)) ? '<time>' : createdAt }
}
