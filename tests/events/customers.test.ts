import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { eur, useSaga } from './support/use-saga.ts'

vi.setConfig({ testTimeout: 120_000 })

const underTest = useSaga({ services: ['customers'] })

test('ada and bob are there from the start', async () => {
  const { items } = await underTest.lab.customers.listCustomers()
  expect(
    items.map(({ id, creditLimit, reserved, available }) => ({ id, creditLimit, reserved, available })),
  ).toEqual([
    { id: 'ada', creditLimit: eur(100_000), reserved: eur(0), available: eur(100_000) },
    { id: 'bob', creditLimit: eur(5_000), reserved: eur(0), available: eur(5_000) },
  ])
})

test('a customer is made, changed, and keeps the currency', async () => {
  const id = `c-${randomUUID()}`
  const put = (body: unknown) =>
    underTest.fetch('customers', `/customers/${id}`, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    })
  const made = await put({ name: 'Eve', creditLimit: eur(0), unknown: 1 })
  expect([made.status, made.headers.get('location')]).toEqual([201, `/customers/${id}`])
  expect((await put({ name: 'Eva', creditLimit: eur(7) })).status).toBe(200)
  const other = await put({ name: 'Eva', creditLimit: { amount: 7, currency: 'USD' } })
  expect([other.status, await other.json()]).toEqual([
    409,
    expect.objectContaining({ code: 'currency_fixed' }),
  ])
  expect(await underTest.lab.customers.getCustomer(id)).toMatchObject({ name: 'Eva', creditLimit: eur(7) })
  expect(await underTest.lab.customers.listReservations(id)).toEqual({ items: [], next: null })
})

test.each([
  ['PUT', '/customers/Eve', { name: '', creditLimit: eur(-1) }, 404, []],
  ['PUT', '/customers/eve', { name: '', creditLimit: eur(-1) }, 422, ['name', 'creditLimit.amount']],
  ['PUT', '/customers/eve', { name: 'a\tb', creditLimit: eur(1) }, 422, ['name']],
  ['PUT', '/customers/eve', 7, 422, ['']],
  ['GET', '/customers/nobody', undefined, 404, []],
  ['GET', '/customers/nobody/reservations', undefined, 404, []],
  ['POST', '/customers/ada', {}, 405, []],
] as const)('%s %s with %j is %d', async (method, path, body, status, fields) => {
  const response = await underTest.fetch('customers', path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  expect(response.status).toBe(status)
  const { violations = [] } = (await response.json()) as {
    violations?: readonly { readonly field: string }[]
  }
  expect(violations.map(({ field }) => field)).toEqual(fields)
})

test('a reset brings the first customers back, and nobody else', async () => {
  await underTest.customer(1)
  await underTest.lab.customers.putCustomer('ada', { name: 'Other', creditLimit: eur(1) })
  await underTest.saga.reset()
  const { items } = await underTest.lab.customers.listCustomers()
  expect(items.map(({ id, name }) => [id, name])).toEqual([
    ['ada', 'Ada'],
    ['bob', 'Bob'],
  ])
})
