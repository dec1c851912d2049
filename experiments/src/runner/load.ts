import { setTimeout } from 'node:timers/promises'
import type { Load } from '../experiment.ts'
import type { Lane } from './lane.ts'

/** How long a worker waits after a call that failed, in ms. */
const pauseMs = 20

/** A load that calls as fast as it is answered. */
export class RunningLoad implements Load, AsyncDisposable {
  readonly lane: Lane
  readonly #running: Promise<unknown>
  #isStopping = false

  constructor(lane: Lane, workers: number, call: (worker: number) => Promise<unknown>) {
    this.lane = lane
    this.#running = Promise.all(Array.from({ length: workers }, (_, worker) => this.#work(worker, call)))
    // What goes wrong is told by stop.
    this.#running.catch(() => {})
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #work(worker: number, call: (worker: number) => Promise<unknown>): Promise<void> {
    while (!this.#isStopping) {
      const failed = this.lane.calls.length
      await this.lane.record(() => call(worker))
      const last = this.lane.calls[failed]
      if (last !== undefined && last.code !== 'ok') await setTimeout(pauseMs)
    }
  }
}
