import { createShopSoapClient } from '@polyservice-lab/clients/soap'
import { beginOnSocket, type Subject } from '../support/subject.ts'
import { call, envelope, getUser } from './support/envelopes.ts'

const question = envelope(getUser())

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['AUTH', 'maybe'],
    ['BODY_BYTES_MAX', '1MB'],
    ['XML_DEPTH_MAX', '0'],
  ],
  call: (address, item) =>
    createShopSoapClient(address).createUser({ name: item, email: `${item}@example.com` }),
  refused: { code: 'not_found', call: (address) => createShopSoapClient(address).getUser(7) },
  kept: async (address, items) => {
    const found = await Promise.all(
      items.map((item) => call(address, 'ListUsers', `<email>${item}@example.com</email>`)),
    )
    return items.filter((_item, i) => found[i]?.text.includes('<total>1</total>'))
  },
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /soap HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/soap+xml',
        `Content-Length: ${message.length}`,
      ]
      return beginOnSocket(address, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), message)
    },
    bytesMax: 1_048_576,
    refusal: 'HTTP/1.1 500',
    answer: 'HTTP/1.1 400',
  },
  crowd: {
    hello: Buffer.from(
      `POST /soap HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: ${question.length}\r\n\r\n${question}`,
    ),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
