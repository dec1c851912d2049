import { once } from 'node:events'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import type { Response } from 'express'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { UnsentBudget } from '../unsent-budget.ts'
import { formatResult } from './errors.ts'
import { eventStream } from './negotiation.ts'
import type { Result } from './operations.ts'

export interface EventStreamsOptions {
  readonly keepAliveMs: number
  readonly unsentBudget: UnsentBudget
  readonly mask: (thrown: unknown) => GraphQLError
}

const headers = { 'Content-Type': eventStream, 'Cache-Control': 'no-store' }
const comment = ':\n\n'

/** Results as server-sent events (GraphQL over SSE, distinct connections mode). */
export class EventStreams {
  readonly #options: EventStreamsOptions
  readonly #open = new Set<Response>()
  #isDraining = false

  constructor(options: EventStreamsOptions) {
    this.#options = options
  }

  /**
   * Sends each result when its reader has taken the one before. Resolves when all are sent or the client is gone, upon
   * which a subscription ends.
   */
  async send(response: Response, result: Result, outcome: 'ok' | ErrorCode): Promise<void> {
    const isBusy = outcome === 'unavailable'
    const results = isAsyncIterable<ExecutionResult>(result) ? result : only(result)
    const iterator = results[Symbol.asyncIterator]()
    if (response.closed) return void (await iterator.return?.())
    // When the stream ends, so does its connection.
    response.shouldKeepAlive = false
    response.on('error', () => {})
    const closed = once(response, 'close').then(() => iterator.return?.())
    response.writeHead(isBusy ? 503 : 200, { ...headers, ...(isBusy && { 'Retry-After': '1' }) })
    response.write(comment)
    this.#open.add(response)
    const keepAlive = setInterval(() => {
      if (response.writableLength === 0) response.write(comment)
    }, this.#options.keepAliveMs)
    if (this.#isDraining) response.end()
    else await this.#sendAll(response, iterator, closed)
    await closed
    clearInterval(keepAlive)
    this.#open.delete(response)
  }

  /** Ends all streams: their clients go on elsewhere, after the last event that they had. */
  drain(): void {
    this.#isDraining = true
    for (const response of this.#open) response.end()
  }

  async #sendAll(
    response: Response,
    iterator: AsyncIterator<ExecutionResult>,
    closed: Promise<unknown>,
  ): Promise<void> {
    const next = () =>
      iterator.next().catch((error: unknown) => ({
        done: false,
        value: { errors: [this.#options.mask(error)] },
      }))
    for (let step = await next(); !step.done && response.writable; step = await next())
      await this.#write(
        response,
        `event: next\ndata: ${JSON.stringify(formatResult(step.value))}\n\n`,
        closed,
      )
    if (response.writable) response.end('event: complete\ndata:\n\n')
  }

  /** Resolves when the reader has room for more. */
  async #write(response: Response, text: string, closed: Promise<unknown>): Promise<void> {
    if (response.write(text)) return
    const reader = { cutOff: () => void response.destroy() }
    this.#options.unsentBudget.hold(reader, response.writableLength)
    await Promise.race([once(response, 'drain').catch(() => {}), closed])
    this.#options.unsentBudget.forget(reader)
  }
}

async function* only(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result
}
