import { repliesPerMessage, replyPrefix } from '@polyservice-lab/contracts/ws-echo'
import vectors from '@polyservice-lab/contracts/ws-echo/vectors.json' with { type: 'json' }
import { expect, test } from 'vitest'
import { repliesWith } from './replies.ts'

const replies = repliesWith(Array.from({ length: repliesPerMessage }, (_, i) => replyPrefix(i + 1)))

test.for(vectors.texts)('makes the replies to $name', ({ message, replies: expected }) => {
  expect(replies.to(Buffer.from(message)).map(String)).toEqual(expected)
})

test.for(vectors.binaries)('makes the replies to $name', ({ messageHex, repliesHex }) => {
  const made = replies.to(Buffer.from(messageHex, 'hex'))
  expect(made.map((reply) => reply.toString('hex'))).toEqual(repliesHex)
})

test('tells how many bytes they have', () => {
  for (const message of ['', 'hello'].map((text) => Buffer.from(text)))
    expect(replies.bytes(message)).toBe(Buffer.concat(replies.to(message)).length)
})
