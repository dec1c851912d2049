import type { SagaDatabase, SagaTransaction } from '@polyservice-lab/service-kit/broker'
import { type DeadLetter, type LetterStore, replay } from '../domain/dead-letter.ts'
import type { Schema } from './tables.ts'

export interface OpenLetterStore extends LetterStore {
  keepIn(transaction: SagaTransaction<Schema>, letter: DeadLetter): Promise<void>
}

export function createLetterStore(database: SagaDatabase<Schema>, now: () => Date): OpenLetterStore {
  return {
    async keepIn({ db }, { body, ...letter }) {
      const row = { ...letter, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }
      await db.insertInto('deadLetters').values(row).execute()
    },
    find: (id) => database.db.selectFrom('deadLetters').selectAll().where('id', '=', id).executeTakeFirst(),
    async list(state, after, limit) {
      let listed = database.db.selectFrom('deadLetters').selectAll().where('position', '>', after)
      if (state !== undefined) listed = listed.where('state', '=', state)
      return listed.orderBy('position').limit(limit).execute()
    },
    replay: (id) =>
      database.transaction(async ({ db, sendLetter }) => {
        const locked = db.selectFrom('deadLetters').selectAll().where('id', '=', id).forUpdate()
        const letter = await locked.executeTakeFirst()
        if (letter === undefined) return undefined
        const { queue, state, replayedAt } = replay(letter, now())
        const { body, messageId, type, contentType } = letter
        await sendLetter({ exchange: '', routingKey: queue, body, messageId, type, contentType })
        await db.updateTable('deadLetters').set({ state, replayedAt }).where('id', '=', id).execute()
        return { ...letter, state, replayedAt }
      }),
    async countByState() {
      const counted = database.db
        .selectFrom('deadLetters')
        .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
        .groupBy('state')
      return new Map((await counted.execute()).map(({ state, count }) => [state, count]))
    },
  }
}
