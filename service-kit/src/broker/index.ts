/**
 * Messages over RabbitMQ between services that have a database each: what a service of the wing `events` shares with the
 * others. The contract is contracts/order-saga/PROTOCOL.md.
 *
 *     const database = openSagaDatabase<Tables>({ applicationName: 'customers', migrations, config, deps })
 *     const broker = createBroker({
 *       service: 'customers',
 *       database,
 *       subscriptions: [{ queue: 'customers.inbox', apply: applyBy({ 'credit.reserve': reserve }) }],
 *       config,
 *       deps,
 *     })
 *     broker.start()
 *
 * - A handler is `(message, transaction) => Promise<void>`. It reads and writes through `transaction.db`, and sends by
 *   `transaction.send({ type, subject, parent: message.traceparent, data })`: effect, answers and the id of the message
 *   are one transaction, which may run again. It runs once for each message, and for the events of an order in the order
 *   of their versions. What it throws counts as a try (RETRY_DELAYS_MS, then a dead letter), but for AppError
 *   `unavailable` and `insufficient_storage`, which mean the database: the message then waits.
 * - A request does the same by `database.transaction(...)`, after `database.checkOutbox()` where it sends something.
 *   `sendAgain` sends a message with the id that it has; `sendLetter` sends any body to any exchange.
 * - `database.db` and `transaction` throw AppError `unavailable` while the database is away. The start waits for
 *   nothing: `database.isReady()` is for `notReady`, `database.opened` for work of one's own beside the broker.
 * - A subscription with `keep` in place of `apply` takes whatever comes out of a queue, as it is (dead letters).
 * - `onSent` is told the ids of messages at the broker's confirm, `onConnected` of every new connection.
 * - `broker.reset(work)` is all of POST /reset. Dispose the edge first, then the broker, then the database.
 */
export { type Broker, type BrokerOptions, createBroker } from './broker.ts'
export { type BrokerConfig, readBrokerConfig } from './config.ts'
export type { Subscription } from './consumer.ts'
export {
  type Draft,
  type Letter,
  openSagaDatabase,
  type SagaDatabase,
  type SagaTransaction,
} from './database.ts'
export type { Delivery } from './failures.ts'
export { applyBy, type Handlers } from './handlers.ts'
export type { SagaTables } from './tables.ts'
export { createTraceparent } from './traceparent.ts'
