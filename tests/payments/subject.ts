import { createPaymentsClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['CHARGE_TRIES_MAX', '0'],
    ['RETRY_DELAYS_MS', '200,soon'],
    ['FLOW', 'dance'],
  ],
  call: (address, orderId) =>
    createPaymentsClient(address).createPayment({
      ...{ orderId, customerId: 'ada', cardNumber: '4242424242424242' },
      amount: { amount: 1000, currency: 'EUR' },
    }),
  refused: { code: 'not_found', call: (address) => createPaymentsClient(address).getPayment('nothing') },
  kept: async (address, orderIds) => {
    const client = createPaymentsClient(address)
    const found = await Promise.all(orderIds.map((orderId) => client.listPayments({ orderId })))
    return orderIds.filter((_orderId, i) => found[i]?.items.length === 1)
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /payments HTTP/1.1',
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
    hello: Buffer.from('GET /payments HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
