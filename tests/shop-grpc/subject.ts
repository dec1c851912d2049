import { createShopGrpcClient } from '@polyservice-lab/clients'
import { UserService } from '@polyservice-lab/contracts/shop/grpc'
import { connectRaw, frame, pathOf } from '../course-grpc/support/raw-client.ts'
import type { Subject } from '../support/subject.ts'

/** RFC 9113, 3.4 and 6.5. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['AUTH', 'maybe'],
    ['MESSAGE_BYTES_MAX', 'many'],
    ['STREAMS_MAX', '0'],
  ],
  call: async (address, item) => {
    await using client = createShopGrpcClient(address)
    await client.createNamedUser({ name: item, email: emailOf(item) })
  },
  refused: {
    code: 'not_found',
    call: async (address) => {
      await using client = createShopGrpcClient(address)
      await client.getUser(7)
    },
  },
  kept: async (address, items) => {
    await using client = createShopGrpcClient(address)
    const there = new Set<string>()
    for await (const { email } of client.streamUsers()) there.add(email)
    return items.filter((item) => there.has(emailOf(item)))
  },
  unfinished: {
    async begin(address, message) {
      const connection = await connectRaw(address)
      const { stream, ended } = connection.open(pathOf(UserService.method.createUser))
      let heard = ''
      void ended.then(
        ({ status, message }) => {
          heard = `status ${status}: ${message}`
        },
        () => {},
      )
      const prefix = frame(Buffer.alloc(0))
      prefix.writeUInt32BE(message.length, 1)
      stream.on('error', () => {})
      stream.write(prefix)
      stream.write(message.subarray(0, -1))
      return {
        heard: () => heard,
        finish: () => stream.end(message.subarray(-1)),
        [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
      }
    },
    bytesMax: 4_194_304,
    refusal: 'status 14: too many unfinished messages',
    answer: 'status 3:',
  },
  crowd: { hello: Buffer.concat([preface, emptySettings]), impatience: { HANDSHAKE_TIMEOUT_MS: '3000' } },
}

function emailOf(item: string): string {
  return `${item}@example.com`
}
