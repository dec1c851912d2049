import {
  newPostgres,
  ShopGraphqlContainer,
  type StartedPostgres,
  type StartedShopGraphqlContainer,
  startPostgres,
} from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { run } from './graphql.ts'

const preload = ['postgres', '-c', 'shared_preload_libraries=pg_stat_statements']
let postgres: StartedPostgres
let service: StartedShopGraphqlContainer

beforeAll(async () => {
  postgres = await startPostgres(newPostgres().withCommand(preload))
  service = await new ShopGraphqlContainer().withPostgres(postgres).start()
  await postgres.psql('create extension pg_stat_statements')
  // Twenty users more, each with five orders of three items.
  await postgres.psql(`
    insert into users select n, 'User ' || n, 'USER ' || n, n || '@example.com', n || '@EXAMPLE.COM', 'user', now(), 1
      from generate_series(1001, 1020) n;
    insert into orders select 10 * u + n, u, now(), 'placed', 100
      from generate_series(1001, 1020) u, generate_series(1, 5) n;
    insert into "orderItems" select 10 * o.id + n, o.id, 300 + n, n, 50
      from orders o, generate_series(1, 3) n where o.id > 10000`)
}, 180_000)

afterAll(async () => {
  await service?.stop()
  await postgres?.stop()
})

beforeEach(() => postgres.psql('select pg_stat_statements_reset()'))

/** Statements about what the shop has, as the database counts them. */
async function statements(): Promise<number> {
  const calls = await postgres.psql(
    `select coalesce(sum(calls), 0) from pg_stat_statements where query ~ '(users|orders|orderItems|products)'
      and query !~ 'pg_stat'`,
  )
  return Number(calls)
}

const orders = 'orders { id createdAt items { product { name price } quantity } totalAmount }'

test.each([
  ['the query that users know', `{ user(id: "123") { id name email ${orders} } }`, 4],
  ['twenty users with all they have', `{ users(limit: 20) { id name email ${orders} } }`, 4],
  ['a user with one order', `{ user(id: 1001) { orders(limit: 1) { items { product { name } } } } }`, 4],
  ['orders with their users', '{ orders(limit: 50) { id user { name } items { product { id } } } }', 4],
  [
    'twenty users by their ids',
    `{ ${Array.from({ length: 20 }, (_, i) => `u${i}: user(id: ${1001 + i}) { name }`).join(' ')} }`,
    1,
  ],
  ['a page of users', '{ users { name } }', 1],
  ['a connection', '{ usersConnection(first: 5) { edges { node { name } } } }', 1],
  [
    'a connection with the number of all',
    '{ usersConnection(first: 5) { totalCount edges { node { name } } } }',
    2,
  ],
])('%s costs so many statements', async (_what, query, count) => {
  const { data, errors } = await run(service.address(), query)
  expect([errors, JSON.stringify(data).includes('null')]).toEqual([undefined, false])
  expect(await statements()).toBe(count)
})
