import type { StartedPostgres } from '@polyservice-lab/testcontainers'
import { until } from '../../support/lab.ts'

/** Locks the row of a user until the result is disposed. */
export async function lockUser(postgres: StartedPostgres, id: number): Promise<AsyncDisposable> {
  const name = `lock-${crypto.randomUUID()}`
  const holding = postgres.psql(
    `set application_name = '${name}'; begin; select 1 from users where id = ${id} for update; select pg_sleep(600)`,
  )
  const ended = holding.catch(() => {})
  const sleeps = `select count(*) from pg_stat_activity where application_name = '${name}' and wait_event = 'PgSleep'`
  await until(async () => (await postgres.psql(sleeps)) === '1', 'the row is locked')
  return {
    async [Symbol.asyncDispose]() {
      await postgres.psql(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
      )
      await ended
    },
  }
}

/** Resolves when so many statements wait for a lock. */
export async function waiting(postgres: StartedPostgres, count: number): Promise<void> {
  const waits = `select count(*) from pg_stat_activity where wait_event_type = 'Lock'`
  await until(async () => Number(await postgres.psql(waits)) === count, `${count} wait for a lock`)
}

/** Puts events into the feed as so many changes would have done, each of about so many bytes. */
export async function fillFeed(
  postgres: StartedPostgres,
  first: number,
  last: number,
  bytes = 10,
): Promise<void> {
  await postgres.psql(`
    insert into events select n, 'user.updated', now(), jsonb_build_object('id', 1, 'name', repeat('x', ${bytes}),
      'email', 'x@x.cc', 'role', 'user', 'version', n, 'createdAt', '2024-01-01T00:00:00.000Z')
      from generate_series(${first}, ${last}) n;
    update feed set seq = ${last}`)
}
