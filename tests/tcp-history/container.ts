import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RunningService } from '../support/lab.ts'

export interface InsideProgram extends AsyncDisposable {
  /** Resolves with its exit code. */
  readonly exit: Promise<number>
}

/**
 * Runs a program of Node inside the container of a service, where no proxy stands between it and the port, and
 * resolves when it has printed its first line. Disposing ends its input, on which it must end.
 */
export async function runInside(service: RunningService, program: string): Promise<InsideProgram> {
  const child = spawn('docker', ['exec', '-i', service.getId(), 'node', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit').then(([code]) => Number(code))
  await Promise.race([
    once(child.stdout, 'data'),
    exit.then((code) => Promise.reject(new Error(`the program ended with ${code} before it was ready`))),
  ])
  child.stdout.resume()
  return {
    exit,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await exit
    },
  }
}
