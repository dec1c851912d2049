import {
  type LabContainers,
  PolyserviceLab,
  type StartedPolyserviceLab,
  type StartedServiceContainer,
} from '@polyservice-lab/testcontainers'
import type { Experiment } from '../experiment.ts'

/** A lab that one run has for itself. Disposing gives it back. */
export interface Lease extends AsyncDisposable {
  readonly lab: StartedPolyserviceLab
}

/**
 * One lab for many runs, one after the other: it is reset between them, and only containers that an experiment wants
 * to be different are started for it. Disposing leaves no container.
 */
export class LabPool implements AsyncDisposable {
  #usual: Promise<StartedPolyserviceLab> | undefined

  /** A lab as at its first start. */
  async lease({ containers }: Pick<Experiment, 'containers'>): Promise<Lease> {
    const usual = await this.#fresh()
    if (containers === undefined) return { lab: usual, [Symbol.asyncDispose]: async () => {} }
    const stack = new AsyncDisposableStack()
    try {
      return {
        lab: await replace(usual, containers(), stack),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      }
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  }

  async #fresh(): Promise<StartedPolyserviceLab> {
    if (this.#usual !== undefined) {
      const lab = await this.#usual
      try {
        await lab.reset()
        return lab
      } catch {
        // Whatever the last experiment did to it: another lab is the cure.
        await this[Symbol.asyncDispose]()
      }
    }
    this.#usual = new PolyserviceLab().start()
    return this.#usual
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const usual = this.#usual
    this.#usual = undefined
    // A lab that did not start has removed itself.
    await usual?.then(
      (lab) => lab.stop(),
      () => {},
    )
  }
}

async function replace(
  usual: StartedPolyserviceLab,
  others: LabContainers,
  stack: AsyncDisposableStack,
): Promise<StartedPolyserviceLab> {
  const started: Record<string, StartedServiceContainer> = {}
  for (const [name, container] of Object.entries(others)) {
    const own = await container.start()
    stack.defer(async () => void (await own.stop()))
    started[name] = own
  }
  return usual.with(started)
}
