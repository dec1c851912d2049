import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { isInstalled } from '../load/tools.ts'

/** Whether servers and load have a core each: it takes two of them, and Linux' taskset. */
const pinned = availableParallelism() > 1 && isInstalled('taskset')

/** The core that all measured servers run on, one after the other. */
export const serverCore = pinned ? 1 : undefined

/** Puts this process, and with it every load tool that it starts, on a core of its own. */
export function pinLoad(): void {
  if (pinned) execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '0', `${process.pid}`])
}
