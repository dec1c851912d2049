import { createShopRestClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['AUTH', 'maybe'],
    ['BODY_BYTES_MAX', '1MB'],
    ['EVENTS_KEPT_MAX', '0'],
  ],
  call: (address, item) => createShopRestClient(address).createUser({ name: item, email: emailOf(item) }),
  refused: { code: 'not_found', call: (address) => createShopRestClient(address).getUser(7) },
  kept: async (address, items) => {
    const client = createShopRestClient(address)
    const found = await Promise.all(items.map((item) => client.findUsers({ email: emailOf(item) })))
    return items.filter((_item, i) => found[i]?.total === 1)
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /api/v2/users HTTP/1.1',
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
    hello: Buffer.from('GET /api/v2/products/301 HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}

function emailOf(item: string): string {
  return `${item}@example.com`
}
