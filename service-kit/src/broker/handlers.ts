import type { MessageOf, MessageType } from '@polyservice-lab/contracts/order-saga'
import type { SagaTransaction } from './database.ts'
import type { Apply } from './inbox.ts'
import type { SagaTables } from './tables.ts'

/** What a service does with each type of message; its whole effect goes through the transaction. */
export type Handlers<Schema extends SagaTables> = {
  readonly [Type in MessageType]?: (
    message: MessageOf<Type>,
    transaction: SagaTransaction<Schema>,
  ) => Promise<void>
}

/** Makes the table of a service into what its subscription applies. */
export function applyBy<Schema extends SagaTables>(handlers: Handlers<Schema>): Apply<Schema> {
  return async (message, transaction) => {
    const handle = handlers[message.type] as Apply<Schema> | undefined
    if (handle === undefined) throw new Error(`${message.type} has no handler`)
    await handle(message, transaction)
  }
}
