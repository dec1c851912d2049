import { createHistoryClient } from '@polyservice-lab/clients'
import { frameTypes, preface } from '@polyservice-lab/contracts/tcp-history'
import { beginOnSocket, type Subject } from '../support/subject.ts'

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['MESSAGE_BYTES_MAX', '-1'],
    ['FSYNC', 'sometimes'],
  ],
  call: (address, item) => createHistoryClient(address).send(item),
  refused: {
    code: 'resource_exhausted',
    call: (address) => createHistoryClient(address).send('x'.repeat(64 * 1024 + 1)),
  },
  kept: async (address, items) => {
    await using session = await createHistoryClient(address).open()
    const there = new Set<string>()
    for await (const { message } of session.read()) there.add(message)
    return items.filter((item) => there.has(item))
  },
  unfinished: {
    begin(address, message) {
      const header = Buffer.from([0, 0, 0, 0, frameTypes.append])
      header.writeUInt32BE(message.length + 1)
      return beginOnSocket(address, Buffer.concat([preface, header]), message)
    },
    bytesMax: 1_048_575,
    refusal: 'busy',
    answer: '\0\0\0\x09\x81',
  },
  crowd: { hello: Buffer.from(preface), impatience: { IDLE_TIMEOUT_MS: '5000' } },
}
