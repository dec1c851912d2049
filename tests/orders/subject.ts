import { createOrdersClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['RETRY_DELAYS_MS', '200,soon'],
    ['CORS_ORIGINS', 'everybody'],
    ['OUTBOX_ROWS_MAX', '0'],
    ['FLOW', 'dance'],
  ],
  call: (address, customerId) =>
    createOrdersClient(address).placeOrder({
      ...{ customerId, total: { amount: 1000, currency: 'EUR' } },
      cardNumber: '4242424242424242',
    }),
  refused: { code: 'not_found', call: (address) => createOrdersClient(address).getOrder('nothing') },
  kept: async (address, customerIds) => {
    const client = createOrdersClient(address)
    const found = await Promise.all(customerIds.map((customerId) => client.listOrders({ customerId })))
    return customerIds.filter((_customerId, i) => found[i]?.items.length === 1)
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /orders HTTP/1.1',
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
    hello: Buffer.from('GET /orders HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
