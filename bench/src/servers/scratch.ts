import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const repositoryRoot = resolve(import.meta.dirname, '../../..')

/** Beside the repository rather than in /tmp, which may be memory: what syncs should meet a disk. */
const directory = join(repositoryRoot, 'node_modules/.cache/bench', `${process.pid}`)

/** A directory for what this run and its servers keep. It goes with the process. */
export function scratch(): string {
  if (mkdirSync(directory, { recursive: true }) !== undefined)
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}
