import { createEchoClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'
import { encodeFrame, handshake, opcode } from './raw-peer.ts'

export const subject: Subject = {
  durable: false,
  badEnvironment: [
    ['MESSAGE_BYTES_MAX', '0'],
    ['ORIGINS', 'example.com'],
  ],
  call: (address, item) => createEchoClient(address).echo(item),
  refused: {
    code: 'resource_exhausted',
    call: (address) => createEchoClient(address).echo('x'.repeat(1024 * 1024 + 1)),
  },
  kept: async () => [],
  unfinished: {
    begin(address, message) {
      const head = encodeFrame({ opcode: opcode.binary, payload: '', claimedLength: BigInt(message.length) })
      return beginOnSocket(address, Buffer.concat([Buffer.from(handshake(), 'latin1'), head]), message)
    },
    bytesMax: 1_048_576,
    refusal: '\x03\xf5too many unfinished messages',
    answer: '\r\n\r\n\x82',
  },
  crowd: { hello: Buffer.from(handshake(), 'latin1'), impatience: {} },
}
