import type { SagaMessage } from '@polyservice-lab/contracts/order-saga'
import type { SagaDatabase, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import type { Kysely, Selectable } from 'kysely'
import { type Saga, type Step, waitingStep } from '../domain/saga.ts'
import type { ListedSaga, SagaChange, SagaStore } from '../domain/saga-store.ts'
import type { Schema, StepJson } from './tables.ts'

type Transaction = SagaTransaction<Schema>

export interface SagaStoreOptions {
  readonly database: SagaDatabase<Schema>
  /** Sends the command of a step, in the transaction of its beginning. */
  readonly command: (transaction: Transaction, saga: Saga, step: Step) => Promise<SagaMessage>
  /** Called after the commit of a change. */
  readonly changed: (saga: Saga, before: Saga | undefined) => void
}

export interface OpenSagaStore extends SagaStore {
  /** Keeps a saga that has just begun. */
  beginIn(transaction: Transaction, saga: Saga): Promise<void>
  /** Changes the saga of an order, where there is one, alone while it lasts. */
  changeIn(transaction: Transaction, id: string, decide: (current: Saga) => Saga | undefined): Promise<void>
  /** Notes when the broker had commands. */
  confirmIn(transaction: Transaction, messageIds: readonly string[], now: Date): Promise<void>
}

type Row = Selectable<Schema['sagas']>

export function createSagaStore({ database, command, changed }: SagaStoreOptions): OpenSagaStore {
  /** Gives the command of a step that has begun, or the one before once more. @returns what is kept of it */
  async function giveCommand(t: Transaction, { saga, isRepeated }: SagaChange, row?: Row) {
    const waiting = waitingStep(saga)
    if (waiting === undefined) return { messageId: null, message: null, confirmedAt: null }
    if (isRepeated && row?.message) {
      await t.sendAgain(JSON.parse(row.message) as SagaMessage)
      return { confirmedAt: null }
    }
    // What came meanwhile is remembered; the step is the same.
    if (row !== undefined && saga.steps.length === row.steps.length) return {}
    const message = await command(t, saga, waiting)
    return { messageId: message.id, message: JSON.stringify(message), confirmedAt: null }
  }

  async function save(t: Transaction, row: Row, change: SagaChange): Promise<void> {
    const { saga } = change
    const { state, reason, rejection, plan, steps, updatedAt } = saga
    const given = await giveCommand(t, change, row)
    await t.db
      .updateTable('sagas')
      .set({ state, reason, rejection, updatedAt, ...jsonOf(plan, steps), ...given })
      .where('id', '=', saga.id)
      .execute()
    t.afterCommit(() => changed(saga, toSaga(row)))
  }

  async function lock({ db }: Transaction, id: string): Promise<Row | undefined> {
    return db.selectFrom('sagas').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  }

  return {
    async beginIn(t, saga) {
      const { total, plan, steps, ...columns } = saga
      const given = await giveCommand(t, { saga, isRepeated: false })
      await t.db
        .insertInto('sagas')
        .values({ ...columns, ...total, ...jsonOf(plan, steps), ...given })
        .execute()
      t.afterCommit(() => changed(saga, undefined))
    },
    async changeIn(t, id, decide) {
      const row = await lock(t, id)
      const saga = row && decide(toSaga(row))
      if (row !== undefined && saga !== undefined) await save(t, row, { saga, isRepeated: false })
    },
    async confirmIn({ db }, messageIds, now) {
      if (messageIds.length === 0) return
      const commands = db.updateTable('sagas').set({ confirmedAt: now }).where('messageId', 'in', messageIds)
      await commands.execute()
    },
    async overdue(before, limit) {
      const waiting = database.db
        .selectFrom('sagas')
        .select(['id', 'messageId'])
        .where('confirmedAt', '<=', before)
        .orderBy('confirmedAt')
        .limit(limit)
      const rows = await waiting.execute()
      return rows.map(({ id, messageId }) => ({ id, messageId: messageId ?? '' }))
    },
    changeOverdue: ({ id, messageId }, decide) =>
      database.transaction(async (t) => {
        const row = await lock(t, id)
        // It was answered, or given again, meanwhile.
        if (row === undefined || row.messageId !== messageId || row.confirmedAt === null) return
        const change = decide(toSaga(row))
        if (change !== undefined) await save(t, row, change)
      }),
    ...createReads(database),
  }
}

function createReads(database: SagaDatabase<Schema>): Pick<SagaStore, 'find' | 'list' | 'countByState'> {
  return {
    async find(id) {
      const row = await database.db.selectFrom('sagas').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toSaga(row)
    },
    async list(state, after, limit) {
      let listed = database.db.selectFrom('sagas').selectAll().where('position', '>', after)
      if (state !== undefined) listed = listed.where('state', '=', state)
      return (await listed.orderBy('position').limit(limit).execute()).map(toSaga)
    },
    async countByState() {
      const counted = (database.db as Kysely<Schema>)
        .selectFrom('sagas')
        .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
        .groupBy('state')
      return new Map((await counted.execute()).map(({ state, count }) => [state, count]))
    },
  }
}

function jsonOf(plan: Saga['plan'], steps: Saga['steps']) {
  return { plan: JSON.stringify(plan), steps: JSON.stringify(steps satisfies readonly object[]) }
}

function toSaga(row: Row): ListedSaga {
  const { amount, currency, steps, messageId, message, confirmedAt, ...saga } = row
  return { ...saga, total: { amount, currency }, steps: steps.map(toStep) }
}

function toStep({ startedAt, endedAt, ...step }: StepJson): Step {
  return { ...step, startedAt: new Date(startedAt), endedAt: endedAt === null ? null : new Date(endedAt) }
}
