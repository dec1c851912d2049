import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const repositoryRoot = resolve(import.meta.dirname, '../..')

/** Runs a docker command; rejects with its output when it fails. */
export async function docker(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('docker', args, { cwd: repositoryRoot, maxBuffer: 64 * 1024 * 1024 })
}

export interface Exit {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end and reports how it ended; for foreign clients and for images that refuse to start. */
export async function runToExit(
  program: string,
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>
    readonly input?: string
    readonly timeoutMs?: number
  } = {},
): Promise<Exit> {
  const child = run(program, args, {
    cwd: repositoryRoot,
    env: { ...process.env, ...options.env },
    timeout: options.timeoutMs ?? 30_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  // A program may end without reading its input.
  child.child.stdin?.on('error', () => {})
  child.child.stdin?.end(options.input ?? '')
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code?: unknown; stdout?: string; stderr?: string }) => {
      if (typeof error.code !== 'number') throw error
      return { code: error.code, stdout: error.stdout ?? '', stderr: error.stderr ?? '' }
    },
  )
}
