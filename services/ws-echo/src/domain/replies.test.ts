import { repliesPerMessage, replyPrefix } from '@polyservice-lab/contracts/ws-echo'
import vectors from '@polyservice-lab/contracts/ws-echo/vectors.json' with { type: 'json' }
import { expect, test } from 'vitest'
import { repliesWith } from './replies.ts'

const replies = repliesWith(Array.from({ length: repliesPerMessage }, (_, i) => replyPrefix(i + 1)))

test.for(vectors.texts)('makes the replies to $name', ({ message, replies: expected }) => {
  expect(replies(Buffer.from(message)).map((reply) => Buffer.concat(reply).toString())).toEqual(expected)
})

test.for(vectors.binaries)('makes the replies to $name', ({ messageHex, repliesHex }) => {
  const made = replies(Buffer.from(messageHex, 'hex'))
  expect(made.map((reply) => Buffer.concat(reply).toString('hex'))).toEqual(repliesHex)
})

test('copies no message', () => {
  const message = Buffer.from('hello')
  for (const [, part] of replies(message)) expect(part).toBe(message)
})
