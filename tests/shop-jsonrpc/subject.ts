import { createShopJsonRpcClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['AUTH', 'maybe'],
    ['BATCH_MAX', '0'],
    ['BODY_BYTES_MAX', '1MB'],
  ],
  call: (address, item) => createShopJsonRpcClient(address).createUser({ name: item, email: emailOf(item) }),
  refused: { code: 'not_found', call: (address) => createShopJsonRpcClient(address).getUser(7) },
  async kept(address, items) {
    const client = createShopJsonRpcClient(address)
    const found = await Promise.all(items.map((item) => client.call('listUsers', { email: emailOf(item) })))
    return items.filter((_item, i) => (found[i] as { readonly total: number }).total === 1)
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /rpc HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${message.length}`,
      ]
      return beginOnSocket(address, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), message)
    },
    bytesMax: 1_048_576,
    refusal: 'HTTP/1.1 503 Service Unavailable',
    answer: 'HTTP/1.1 200',
  },
  crowd: {
    hello: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}

function emailOf(item: string): string {
  return `${item}@example.com`
}
