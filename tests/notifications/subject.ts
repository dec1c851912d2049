import { createNotificationsClient } from '@polyservice-lab/clients'
import type { Subject } from '../support/subject.ts'

export const subject: Subject = {
  // What it keeps comes from the broker.
  durable: false,
  badEnvironment: [
    ['STREAM_PING_MS', 'never'],
    ['BUFFER_BYTES_MAX', '1MB'],
    ['FLOW', 'dance'],
  ],
  call: (address, customerId) => createNotificationsClient(address).listNotifications(customerId),
  refused: {
    code: 'invalid_argument',
    call: (address) => createNotificationsClient(address).listNotifications('NOBODY'),
  },
  kept: async () => [],
  // No request has a body.
  unfinished: undefined,
  crowd: {
    hello: Buffer.from('GET /notifications?customerId=ada HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
