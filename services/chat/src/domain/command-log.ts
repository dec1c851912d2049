import type { Applied, ChatSnapshot } from './chat-state.ts'
import type { Command } from './commands.ts'

/** Puts the commands of all replicas into one order, and hands them to each replica in that order. */
export interface CommandLog extends AsyncDisposable {
  /** Why nothing can be appended now, if so. */
  readonly problem: string | undefined
  /** Begins to hand commands to the machine. */
  open(machine: Machine): Promise<void>
  /**
   * Appends a command; resolves with what it led to, when this replica has applied it and all before it.
   * @throws AppError unavailable; the command may be applied nevertheless
   */
  append(command: Command): Promise<Applied>
}

/** What a log hands commands to. */
export interface Machine {
  /** The id of this replica, another one in each process. */
  readonly replica: string
  readonly snapshot: ChatSnapshot
  /** A chat without messages: the same people and rooms, if there are any. Its epochs are like no others. */
  readonly newborn: ChatSnapshot
  apply(command: Command): Applied
  /** Takes a state in place of the one that there is; the difference is told. */
  restore(snapshot: ChatSnapshot): void
  /** The log works, for the first time or again. */
  resumed(): void
}
