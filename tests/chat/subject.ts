import { createChatClient } from '@polyservice-lab/clients'
import { beginOnSocket, type Subject } from '../support/subject.ts'
import { encodeFrame, handshake, opcode } from '../ws-echo/raw-peer.ts'

const hello = Buffer.from(handshake(), 'latin1')

export const subject: Subject = {
  durable: false,
  badEnvironment: [
    ['MESSAGE_BYTES_MAX', '0'],
    ['ORIGINS', 'example.com'],
  ],
  async call(address, item) {
    await using session = await createChatClient(address).connect()
    await Promise.all([session.login(item.slice(0, 32)), session.send('general', item)])
  },
  refused: {
    code: 'not_found',
    async call(address) {
      await using session = await createChatClient(address).connect()
      await session.login('Ada')
      await session.send('nowhere', 'hello')
    },
  },
  async kept(address, items) {
    await using session = await createChatClient(address).connect()
    await session.login('Ada')
    const { messages } = await session.history('general', { limit: 100 })
    return items.filter((item) => messages.some(({ message }) => message === item))
  },
  unfinished: {
    begin(address, message) {
      const head = encodeFrame({ opcode: opcode.binary, payload: '', claimedLength: BigInt(message.length) })
      return beginOnSocket(address, Buffer.concat([hello, head]), message)
    },
    environment: { MESSAGE_BYTES_MAX: '1048576' },
    bytesMax: 1_048_576,
    refusal: '\x03\xf5busy',
    answer: '"type":"error"',
  },
  crowd: { hello, impatience: {} },
}
