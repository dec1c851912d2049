import { createShopGraphqlClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['AUTH', 'maybe'],
    ['DEPTH_MAX', '0'],
    ['TOKENS_MAX', '1001'],
    ['STREAMS_MAX', 'many'],
    ['KEEPALIVE_MS', '1'],
  ],
  call: (address, item) => createShopGraphqlClient(address).createUser({ name: item, email: emailOf(item) }),
  refused: {
    code: 'not_found',
    call: (address) => createShopGraphqlClient(address).updateUser(7, { name: 'Nobody' }),
  },
  async kept(address, items) {
    const client = createShopGraphqlClient(address)
    const found = await Promise.all(
      items.map((item) =>
        client.request<{ users: readonly object[] }>(
          'query($email: String) { users(email: $email) { id } }',
          {
            email: emailOf(item),
          },
        ),
      ),
    )
    return items.filter((_item, i) => found[i]?.users.length === 1)
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /graphql HTTP/1.1',
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
    hello: Buffer.from('GET /graphql?query=%7Bproducts%7Bid%7D%7D HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}

function emailOf(item: string): string {
  return `${item}@example.com`
}
