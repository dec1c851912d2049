import {
  createAuthenticationClient,
  createPrivateUsersClient,
  createPublicUsersClient,
  LabError,
} from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import { beginOnSocket, type Subject } from '../support/subject.ts'

const password = createFakers().password()

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['POLICY', 'lax'],
    ['JWT_SECRET_KEY', 'short'],
    ['BODY_BYTES_MAX', '1MB'],
  ],
  call: (address, item) => createPublicUsersClient(address).createUser(account(item)),
  refused: {
    code: 'unauthenticated',
    call: (address) => createPrivateUsersClient(address).getUserMe(),
  },
  kept: async (address, items) => {
    const authentication = createAuthenticationClient(address)
    const logins = await Promise.all(
      items.map((item) => authentication.login(account(item)).then(...isThere)),
    )
    return items.filter((_item, i) => logins[i])
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /api/v1/authentication/login HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${message.length}`,
      ]
      return beginOnSocket(address, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), message)
    },
    bytesMax: 1_048_576,
    refusal: 'HTTP/1.1 503 Service Unavailable',
    answer: 'HTTP/1.1 4',
  },
  crowd: {
    hello: Buffer.from('GET /api/v1/users/me HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}

/** A user who is not there cannot log in; every other fault is one of the test. */
const isThere = [
  () => true,
  (error: unknown) => {
    if (error instanceof LabError && error.code === 'unauthenticated') return false
    throw error
  },
] as const

function account(item: string) {
  return { ...createFakers(1).user(), email: `${item}@example.com`, password }
}
