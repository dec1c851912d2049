import type { Postgres } from '@polyservice-lab/service-kit/postgres'
import { type Selectable, sql, type Transaction } from 'kysely'
import type { Order, ShopChange, ShopEvent, User } from '../domain/entities.ts'
import type { FeedBounds, FeedStore } from '../domain/store.ts'
import type { Schema } from './schema.ts'

const channel = 'shop-feed'
/** An event is to be delivered within a second, also where the notification of it is lost. */
const pollMs = 500

/** Writes the event of a change: the last statement of its transaction. */
export type AppendEvent = (
  transaction: Transaction<Schema>,
  now: Date,
  change: ShopChange,
) => Promise<unknown>

/**
 * The one row of the counter is locked until the commit, so numbers follow the order of commit, and a rollback gives its
 * number back. Events beyond those that are kept go in the same statement.
 */
export function createAppendEvent(eventsKeptMax: number): AppendEvent {
  return (transaction, now, { type, data }) =>
    sql`
      with next as (update feed set seq = seq + 1 returning seq),
        gone as (delete from events where seq <= (select seq from next) - ${eventsKeptMax}::bigint),
        event as (insert into events (seq, type, time, data)
          select seq, ${type}, ${now}, ${JSON.stringify(data)} from next)
      select pg_notify(${channel}, '') from next`.execute(transaction)
}

type EventRow = Selectable<Schema['events']>

export function createFeedStore({ db, listen }: Postgres<Schema>): FeedStore {
  const bounds = sql`select seq as newest, coalesce((select min(seq) from events), seq + 1) as oldest from feed`
  return {
    bounds: async () => (await sql<FeedBounds>`${bounds}`.execute(db)).rows[0] as FeedBounds,
    async read(after, limit) {
      // One statement sees one moment: no event goes between the look at the bounds and the look at the events.
      const { rows } = await sql<FeedBounds & { events: readonly EventRow[] | null }>`
        with kept as (${bounds}),
          found as (select * from events where seq > ${after}::bigint order by seq limit ${limit}::int)
        select oldest, newest, (select json_agg(found order by seq) from found) as events from kept`.execute(
        db,
      )
      const { oldest, newest, events } = rows[0] as (typeof rows)[number]
      return { oldest, newest, events: (events ?? []).map(toEvent) }
    },
    listen: (onChange) => listen({ channel, onChange, pollMs }),
  }
}

function toEvent({ time, data, ...event }: EventRow): ShopEvent {
  return { ...event, time: new Date(time), data: revive(data) } as ShopEvent
}

/** An entity that was kept as JSON. */
export function revive(data: Record<string, unknown>): User | Order {
  return { ...data, createdAt: new Date(String(data['createdAt'])) } as unknown as User | Order
}
