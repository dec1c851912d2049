import { createCustomersClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

const creditLimit = { amount: 1000, currency: 'EUR' }

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['PREFETCH_MAX', '0'],
    ['FLOW', 'dance'],
  ],
  call: (address, id) => createCustomersClient(address).putCustomer(id, { name: id, creditLimit }),
  refused: { code: 'not_found', call: (address) => createCustomersClient(address).getCustomer('nobody') },
  kept: async (address, ids) => {
    const client = createCustomersClient(address)
    const found = await Promise.allSettled(ids.map((id) => client.getCustomer(id)))
    return ids.filter((_id, i) => found[i]?.status === 'fulfilled')
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'PUT /customers/eve HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${message.length}`,
      ]
      return beginOnSocket(address, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), message)
    },
    environment: { BODY_BYTES_MAX: '1048576' },
    bytesMax: 1_048_576,
    refusal: 'HTTP/1.1 503 Service Unavailable',
    answer: 'HTTP/1.1 4',
  },
  crowd: {
    hello: Buffer.from('GET /customers HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
