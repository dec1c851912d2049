import { createShopLiveClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'
import { encodeFrame, handshake, opcode } from '../ws-echo/raw-peer.ts'

const open = () => handshake({}, 'GET /events/ws HTTP/1.1')

export const subject: Subject = {
  durable: false,
  badEnvironment: [
    ['AUTH', 'maybe'],
    ['STREAMS_MAX', '0'],
    ['WAIT_MAX_S', 'long'],
    ['KEEPALIVE_MS', '1'],
    ['BUFFER_BYTES_MAX', '1k'],
  ],
  call: (address) => createShopLiveClient(address).poll({ after: 0 }),
  refused: {
    code: 'out_of_range',
    call: (address) => createShopLiveClient(address).poll({ after: Number.MAX_SAFE_INTEGER }),
  },
  kept: async () => [],
  unfinished: {
    begin(address, message) {
      const head = encodeFrame({ opcode: opcode.binary, payload: '', claimedLength: BigInt(message.length) })
      return beginOnSocket(address, Buffer.concat([Buffer.from(open(), 'latin1'), head]), message)
    },
    bytesMax: 1_048_576,
    refusal: '\x03\xe9unavailable',
    answer: '\x03\xebinvalid_argument',
  },
  crowd: {
    hello: Buffer.from('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    impatience: { REQUEST_TIMEOUT_MS: '5000' },
  },
}
