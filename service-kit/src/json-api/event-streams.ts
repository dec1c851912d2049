import type { Response } from 'express'
import { AppError } from '../app-error.ts'
import type { Exchange } from '../http/index.ts'
import { UnsentBudget } from '../unsent-budget.ts'

const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }
/** Nobody is told of it; a proxy or a client that waits for bytes gets some. */
const comment = ':\n\n'

export interface EventStreamsOptions {
  /** How long a stream is silent before a comment is sent. */
  readonly pingMs: number
  /** What one client may leave unread; beyond it, its stream is cut. */
  readonly bufferBytesMax: number
  /** What all of them may leave unread; beyond it, that with the most is cut. */
  readonly sendBytesMax: number
  /** Shares that bound with streams of another kind. Default: one of `sendBytesMax`. */
  readonly budget?: UnsentBudget
}

/** One stream of server-sent events (HTML, 9.2), until its client leaves, reads too slowly, or the service drains. */
export interface EventStream {
  readonly isClosed: boolean
  /** Sends events that are encoded already. */
  send(text: string): void
  /** Resolves when no more bytes than these are unread, or the stream is closed. */
  room(bytes: number): Promise<void>
  /** Calls back once, when it is closed; at once where it is. */
  onClose(callback: () => void): void
}

/** Encodes one event. @param data is written as JSON, and has so no line break */
export function encodeEvent({ id, event, data }: { id?: number; event: string; data: unknown }): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** All streams of a service. */
export class EventStreams {
  readonly #options: EventStreamsOptions
  readonly #budget: UnsentBudget
  readonly #open = new Set<Response>()
  #isDraining = false

  constructor(options: EventStreamsOptions) {
    this.#options = options
    this.#budget = options.budget ?? new UnsentBudget(options.sendBytesMax)
  }

  /** Streams that are open. */
  get size(): number {
    return this.#open.size
  }

  /** Begins a stream; none for a HEAD. @throws AppError unavailable at a drain */
  open(response: Response): EventStream {
    if (this.#isDraining) throw new AppError('unavailable', 'the service is shutting down')
    const { pingMs, bufferBytesMax } = this.#options
    const budget = this.#budget
    // When the stream ends, so does its connection.
    response.shouldKeepAlive = false
    response.writeHead(200, headers)
    response.flushHeaders()
    response.on('error', () => {})
    if (response.req.method === 'HEAD') response.end()
    else this.#open.add(response)
    const holder = {
      cutOff() {
        const locals = response.locals as Exchange
        locals.outcome = 'resource_exhausted'
        response.destroy()
      },
    }
    let waiting: (() => void)[] = []
    const left = () => {
      budget.hold(holder, response.destroyed ? 0 : response.writableLength)
      const woken = waiting
      waiting = []
      for (const resolve of woken) resolve()
    }
    const send = (text: string) => {
      if (response.writableEnded || response.destroyed) return
      response.write(text, left)
      ping.refresh()
      if (response.writableLength > bufferBytesMax) holder.cutOff()
      else budget.hold(holder, response.writableLength)
    }
    const ping = setInterval(() => send(comment), pingMs)
    response.once('close', () => {
      clearInterval(ping)
      left()
      budget.forget(holder)
      this.#open.delete(response)
    })
    return {
      get isClosed() {
        return response.closed || response.writableEnded
      },
      send,
      async room(bytes) {
        while (response.writableLength > bytes && !response.destroyed && !response.writableEnded)
          await new Promise<void>((resolve) => waiting.push(resolve))
      },
      onClose(callback) {
        if (response.closed) callback()
        else response.once('close', callback)
      },
    }
  }

  /** Ends all of them, and lets no other begin. */
  drain(): void {
    this.#isDraining = true
    for (const response of this.#open) response.end()
  }
}
