import type { ServerResponse } from 'node:http'
import { AppError } from '../app-error.ts'

/** An answer that is not longer always has room: so many for every connection are little. */
const shortBytes = 16_384

/** Bounds the bytes of answers that wait for their clients, over all connections. */
export class SendBudget {
  readonly #bytesMax: number
  #waiting = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** @throws AppError unavailable where so many bytes more would be too many; an answer that is the only one never is */
  admit(bytes: number): void {
    if (bytes > shortBytes && this.#waiting > 0 && this.#waiting + bytes > this.#bytesMax)
      throw new AppError('unavailable', 'too many answers wait to be read')
  }

  /** Counts bytes until the answer is sent, or its client gone. */
  hold(response: ServerResponse, bytes: number): void {
    if (bytes === 0) return
    this.#waiting += bytes
    response.on('close', () => {
      this.#waiting -= bytes
    })
  }
}
