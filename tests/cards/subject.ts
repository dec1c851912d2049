import { createCardsClient } from '@polyservice-lab/clients'
import { Cards } from '@polyservice-lab/contracts/order-saga/cards'
import { subject as course } from '../course-grpc/subject.ts'
import { beginMessage } from '../course-grpc/support/raw-client.ts'
import type { Subject } from '../support/subject.ts'

const bytesMax = 1_048_576

export const subject: Subject = {
  durable: true,
  badEnvironment: [
    ['CARD_HOLD_MS', 'long'],
    ['FLOW', 'dance'],
  ],
  call: async (address, orderId) => {
    await using client = createCardsClient(address)
    const amount = { amount: 1000, currency: 'EUR' }
    await client.charge({ orderId, cardNumber: '4242424242424242', amount })
  },
  refused: {
    code: 'invalid_argument',
    call: async (address) => {
      await using client = createCardsClient(address)
      await client.refund('nothing')
    },
  },
  kept: async (address, orderIds) => {
    await using client = createCardsClient(address)
    const there = new Set<string>()
    for await (const { orderId } of client.listEntries()) there.add(orderId)
    return orderIds.filter((orderId) => there.has(orderId))
  },
  unfinished: {
    begin: (address, message) => beginMessage(address, Cards.method.charge, message),
    environment: { MESSAGE_BYTES_MAX: String(bytesMax) },
    bytesMax,
    refusal: 'status 14: too many unfinished messages',
    answer: 'status 3:',
  },
  crowd: course.crowd,
}
