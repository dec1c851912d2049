import type { HistoryClient } from '@polyservice-lab/clients'

/** All messages, oldest first. Reads with a session of its own. */
export async function readHistory(client: HistoryClient): Promise<string[]> {
  await using session = await client.open()
  const messages: string[] = []
  let next = 1n
  for await (const { sequence, message } of session.read({}, { timeoutMs: 30_000 })) {
    if (sequence !== next) throw new Error(`message ${sequence} where ${next} was due`)
    next += 1n
    messages.push(message)
  }
  return messages
}

/** How many of the messages are not there, and how many are there more than once. */
export function missing(
  expected: readonly string[],
  there: readonly string[],
): { lost: number; twice: number } {
  const counts = new Map<string, number>()
  for (const message of there) counts.set(message, (counts.get(message) ?? 0) + 1)
  return {
    lost: expected.filter((message) => !counts.has(message)).length,
    twice: expected.filter((message) => (counts.get(message) ?? 0) > 1).length,
  }
}
