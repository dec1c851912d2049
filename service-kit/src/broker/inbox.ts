import { checkMessage, type MessageOf, type SagaMessage } from '@polyservice-lab/contracts/order-saga'
import type { Transaction } from 'kysely'
import type { SagaTransaction } from './database.ts'
import type { SagaTables } from './tables.ts'

/** What a service does with a message; the whole effect goes through the transaction. */
export type Apply<Schema extends SagaTables> = (
  message: SagaMessage,
  transaction: SagaTransaction<Schema>,
) => Promise<void>

/** An event that says how an order came to a version. */
type OrderEvent = MessageOf<'order.placed' | 'order.approved' | 'order.rejected'>

function isOrderEvent(message: SagaMessage): message is OrderEvent & SagaMessage {
  return 'version' in message.data
}

/** What came of a message, and how many that waited for it came after it. */
export interface Applied {
  readonly outcome: 'handled' | 'duplicate' | 'held'
  readonly released: number
}

/**
 * Gives a message its effect once, in one transaction with its id; the events of one order in the order of their versions,
 * each version once. One that comes before its time is kept, and has its effect together with the one before it.
 */
export async function applyOnce<Schema extends SagaTables>(
  message: SagaMessage,
  transaction: SagaTransaction<Schema>,
  {
    queue,
    apply,
    inAnyOrder,
  }: { readonly queue: string; readonly apply: Apply<Schema>; readonly inAnyOrder?: boolean | undefined },
): Promise<Applied> {
  const db = transaction.db as unknown as Transaction<SagaTables>
  const { numInsertedOrUpdatedRows: isNew } = await db
    .insertInto('inbox')
    .values({ queue, id: message.id })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  if (!isNew) return { outcome: 'duplicate', released: 0 }
  if (isOrderEvent(message) && inAnyOrder !== true) return applyInOrder(message, transaction, apply)
  await apply(message, transaction)
  return { outcome: 'handled', released: 0 }
}

async function applyInOrder<Schema extends SagaTables>(
  event: OrderEvent & SagaMessage,
  transaction: SagaTransaction<Schema>,
  apply: Apply<Schema>,
): Promise<Applied> {
  const db = transaction.db as unknown as Transaction<SagaTables>
  const orderId = event.subject
  const { version: given } = event.data
  // The row of the order is the lock under which its events come one by one.
  const { version: current } = await db
    .insertInto('orderVersions')
    .values({ orderId, version: 0 })
    .onConflict((conflict) => conflict.column('orderId').doUpdateSet({ orderId }))
    .returning('version')
    .executeTakeFirstOrThrow()
  if (given <= current) return { outcome: 'duplicate', released: 0 }
  if (given > current + 1) {
    const { numInsertedOrUpdatedRows: isNew } = await db
      .insertInto('heldMessages')
      .values({ orderId, version: given, body: JSON.stringify(event) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    return { outcome: isNew ? 'held' : 'duplicate', released: 0 }
  }
  await apply(event, transaction)
  let version = given
  for (;;) {
    const next = await db
      .deleteFrom('heldMessages')
      .where('orderId', '=', orderId)
      .where('version', '=', version + 1)
      .returning('body')
      .executeTakeFirst()
    if (next === undefined) break
    await apply(checkMessage(JSON.parse(next.body)), transaction)
    version += 1
  }
  await db.updateTable('orderVersions').set({ version }).where('orderId', '=', orderId).execute()
  return { outcome: 'handled', released: version - given }
}
