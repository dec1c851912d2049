import { AppError } from '@polyservice-lab/service-kit/app-error'

/** What goes on until its client or the service ends it: long polls that wait, event streams, WebSockets. */
export class Streams {
  readonly #max: number
  readonly #ends = new Set<() => void>()
  #isDraining = false

  constructor(max: number) {
    this.#max = max
  }

  get hasRoom(): boolean {
    return !this.#isDraining && this.#ends.size < this.#max
  }

  /**
   * Takes a place. @param end is called when the service drains @returns gives the place back
   * @throws AppError unavailable where there is none
   */
  enter(end: () => void): Disposable {
    this.assertRoom()
    this.#ends.add(end)
    return { [Symbol.dispose]: () => this.#ends.delete(end) }
  }

  /** @throws AppError unavailable */
  assertRoom(): void {
    if (this.#isDraining) throw new AppError('unavailable', 'the service stops')
    if (!this.hasRoom) throw new AppError('unavailable', 'there are as many readers as there may be')
  }

  drain(): void {
    this.#isDraining = true
    for (const end of this.#ends) end()
  }
}
