import type { Applied } from '../domain/chat-state.ts'
import type { CommandLog, Machine } from '../domain/command-log.ts'
import type { Command } from '../domain/commands.ts'

/** The log of a replica that is the only one: nothing waits, and nothing is kept. */
export class MemoryLog implements CommandLog {
  readonly problem = undefined
  #machine: Machine | undefined

  async open(machine: Machine): Promise<void> {
    this.#machine = machine
    machine.restore(machine.newborn)
  }

  async append(command: Command): Promise<Applied> {
    return this.#machine?.apply(command) as Applied
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
