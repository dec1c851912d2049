import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { WireEvent } from '../core/wire.ts'
import { createAuthenticationClient } from './authentication-client.ts'
import { createSession } from './session.ts'
import { createPrivateUsersClient } from './users-client.ts'

const account = { email: 'ada@example.com', password: 'a-secret' }

/** A client of a port that nothing listens on any more. */
async function clientOfNobody() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const sent: WireEvent[] = []
  const onWire = (event: WireEvent) => {
    if (event.direction === 'sent') sent.push(event)
  }
  const options = { port, onWire, retries: { retriesMax: 2, delayMs: 1 } }
  const session = createSession(createAuthenticationClient(options), { account })
  return { users: createPrivateUsersClient({ ...options, session }), sent }
}

test('the retries of a login are not repeated by the call that waits for it', async () => {
  const { users, sent } = await clientOfNobody()
  await expect(users.getUserMe()).rejects.toMatchObject({ code: 'unavailable' })
  expect(sent.map(({ request }) => request?.method)).toEqual(['POST', 'POST', 'POST'])
})

test('a call that is cancelled before it began logs nobody in', async () => {
  const { users, sent } = await clientOfNobody()
  await expect(users.getUserMe({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
  expect(sent).toEqual([])
})
