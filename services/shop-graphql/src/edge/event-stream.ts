import { once } from 'node:events'
import type { UnsentBudget } from '@polyservice-lab/service-kit'
import type { Response } from 'express'
import type { FormattedExecutionResult } from 'graphql'

export interface EventStreamOptions {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly keepAliveMs: number
  readonly unsentBudget: UnsentBudget
}

/**
 * Sends results as server-sent events (GraphQL over SSE, distinct connections), each when its reader has taken the one
 * before. Resolves when all are sent or the client is gone, upon which `results` is ended.
 */
export async function sendEvents(
  response: Response,
  results: AsyncIterable<FormattedExecutionResult>,
  { status, headers, keepAliveMs, unsentBudget }: EventStreamOptions,
): Promise<void> {
  const iterator = results[Symbol.asyncIterator]()
  const closed = once(response, 'close').then(async () => {
    unsentBudget.forget(reader)
    await iterator.return?.()
  })
  const reader = { cutOff: () => void response.destroy() }
  let isTaken = true

  async function send(text: string): Promise<void> {
    if (response.write(text)) return
    isTaken = false
    unsentBudget.hold(reader, response.writableLength)
    await Promise.race([once(response, 'drain'), closed])
    unsentBudget.forget(reader)
    isTaken = true
  }

  response.writeHead(status, { ...headers, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(':\n\n')
  const keepAlive = setInterval(() => isTaken && response.write(':\n\n'), keepAliveMs)
  try {
    for (let step = await iterator.next(); !step.done && response.writable; step = await iterator.next())
      await send(`event: next\ndata: ${JSON.stringify(step.value)}\n\n`)
    if (response.writable) response.end('event: complete\ndata:\n\n')
  } finally {
    clearInterval(keepAlive)
  }
}
