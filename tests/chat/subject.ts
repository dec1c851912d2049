import { createChatClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: false,
  badEnvironment: [['NAME_LENGTH_MAX', '0']],
  call: (address, item) => createChatClient(address).greet(item),
  refused: { code: 'invalid_argument', call: (address) => createChatClient(address).greet(' ') },
  kept: async () => [],
  unfinished: {
    begin(address, message) {
      const lines = [
        'POST /api/v1/greetings HTTP/1.1',
        'Host: localhost',
        `Content-Length: ${message.length}`,
      ]
      return beginOnSocket(address, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), message)
    },
    bytesMax: 1_048_576,
    refusal: 'HTTP/1.1 503 Service Unavailable',
    answer: 'HTTP/1.1 400',
  },
}
