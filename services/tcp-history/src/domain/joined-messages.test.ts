import { describe, expect, test } from 'vitest'
import { JoinedMessages } from './joined-messages.ts'

const blockBytes = 1_048_576

function joined(messages: readonly string[]): JoinedMessages {
  const text = new JoinedMessages()
  for (const message of messages) text.append(new TextEncoder().encode(message))
  return text
}

const toText = (parts: Iterable<Uint8Array>) => Buffer.concat([...parts]).toString()
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${i}`.padEnd(i % 9, '.'))
/** Messages whose ends and separators fall on every side of the borders of blocks. */
const acrossBlocks = [
  'a'.repeat(blockBytes - 1),
  'b'.repeat(blockBytes - 1),
  'c'.repeat(blockBytes),
  'd'.repeat(blockBytes - 2),
  'e'.repeat(3 * blockBytes + 1),
  'f',
]

describe.each([
  ['no message', []],
  ['one message', ['a']],
  ['64 messages', numbered(64)],
  ['65 messages', numbered(65)],
  ['1,000 messages', numbered(1_000)],
  ['messages across blocks', acrossBlocks],
])('%s', (_, messages) => {
  const text = joined(messages)

  test('are joined by line breaks', () => {
    const whole = messages.join('\n')
    expect(text.count).toBe(messages.length)
    expect(text.bytes).toBe(Buffer.byteLength(whole))
    expect(toText(text.slices(0, text.bytes)) === whole).toBe(true)
  })

  test('are found by their numbers', () => {
    let offset = 0
    for (const [i, message] of messages.entries()) {
      expect(text.positionOf(i + 1)).toEqual({ sequence: i + 1, offset })
      offset += message.length + 1
    }
    expect(text.positionOf(messages.length + 1)).toEqual({ sequence: messages.length + 1, offset })
  })

  test('come in batches of a certain size, each message once', () => {
    const received: string[] = []
    let position = text.positionOf(1)
    while (position.sequence <= text.count) {
      const batch = text.batch(position, text.count, 1_000, 4)
      const bytes = batch.messages.reduce((sum, message) => sum + message.length + 4, 0)
      expect(batch.messages.length === 1 || bytes <= 1_000).toBe(true)
      received.push(...batch.messages.map((message) => Buffer.from(message).toString()))
      position = batch.next
    }
    expect(
      received.length === messages.length && received.every((message, i) => message === messages[i]),
    ).toBe(true)
  })
})

test('a batch ends with the last message asked for', () => {
  const text = joined(['a', 'b', 'c'])
  const { messages, next } = text.batch(text.positionOf(1), 2, 1_000, 0)
  expect(messages.map((message) => Buffer.from(message).toString())).toEqual(['a', 'b'])
  expect(next).toEqual({ sequence: 3, offset: 4 })
})

test('the place after the last message is the place of the one that comes next', () => {
  const text = joined(['a'])
  const position = text.positionOf(2)
  text.append(new TextEncoder().encode('b'))
  expect(text.batch(position, 2, 1_000, 0).messages).toHaveLength(1)
})

test('what was taken stays as it is when more is appended', () => {
  const text = joined(['a', 'b'])
  const slices = [...text.slices(0, text.bytes)]
  text.append(new TextEncoder().encode('c'))
  expect(toText(slices)).toBe('a\nb')
})
