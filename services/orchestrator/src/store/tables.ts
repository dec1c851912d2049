import type { SagaTables } from '@polyservice-lab/service-kit/broker'
import { type ColumnType, type Generated, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { LetterState } from '../domain/dead-letter.ts'
import type { SagaState } from '../domain/saga.ts'
import type { Reason, StepName } from '../domain/steps.ts'

/** A step as JSON keeps it: times are texts. */
export interface StepJson {
  readonly name: StepName
  readonly state: 'waiting' | 'ok' | 'refused' | 'timeout'
  readonly tries: number
  readonly reason: Reason | null
  readonly startedAt: string
  readonly endedAt: string | null
}

/** Amounts are minor units; times are timestamptz(3). */
export interface Schema extends SagaTables {
  sagas: {
    id: string
    /** In the order in which sagas began. */
    position: Generated<number>
    customerId: string
    amount: number
    currency: string
    cardNumber: string
    traceparent: string
    state: SagaState
    reason: Reason | null
    rejection: Reason | null
    plan: ColumnType<readonly StepName[], string, string>
    steps: ColumnType<readonly StepJson[], string, string>
    /** The command that waits: its id, itself as JSON, and when the broker had it. */
    messageId: string | null
    message: string | null
    confirmedAt: Date | null
    createdAt: Date
    updatedAt: Date
  }
  deadLetters: {
    id: string
    position: Generated<number>
    queue: string | null
    messageId: string | null
    type: string | null
    subject: string | null
    error: string
    tries: number
    body: Buffer
    contentType: string | null
    state: LetterState
    deadAt: Date
    replayedAt: Date | null
  }
}

const createSagas: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create table sagas (
          id uuid primary key,
          position bigint generated always as identity unique,
          "customerId" text not null,
          amount bigint not null,
          currency text not null,
          "cardNumber" text not null,
          traceparent text not null,
          state text not null,
          reason text,
          rejection text,
          plan json not null,
          steps json not null,
          "messageId" uuid,
          message text,
          "confirmedAt" timestamptz(3),
          "createdAt" timestamptz(3) not null,
          "updatedAt" timestamptz(3) not null);
        create index sagas_state on sagas (state, position);
        create index sagas_waiting on sagas ("messageId") where "messageId" is not null;
        create index sagas_confirmed on sagas ("confirmedAt") where "confirmedAt" is not null;
        create table "deadLetters" (
          id uuid primary key,
          position bigint generated always as identity unique,
          queue text,
          "messageId" text,
          type text,
          subject text,
          error text not null,
          tries bigint not null,
          body bytea not null,
          "contentType" text,
          state text not null,
          "deadAt" timestamptz(3) not null,
          "replayedAt" timestamptz(3))`)
      .execute(db)
  },
}

export const migrations = { '2026-11-25-create-sagas': createSagas }

/** Puts everything back to the first start. */
export async function clear(db: Kysely<Schema>): Promise<void> {
  await sql.raw('truncate sagas, "deadLetters"').execute(db)
}
