import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RunningService } from '../support/lab.ts'

export interface ProgramBeside extends AsyncDisposable {
  /** Resolves with its exit code. */
  readonly exit: Promise<number>
}

/**
 * Runs a program of Node in the network of a service, where no proxy stands between it and the port, and in a container
 * of its own, so that its memory is not the service's. Resolves when it has printed its first line. Disposing ends its
 * input, on which it must end.
 */
export async function runBeside(service: RunningService, program: string): Promise<ProgramBeside> {
  const image = `polyservice-lab/tcp-history:${process.env['LAB_TAG'] ?? 'latest'}`
  const network = `container:${service.getId()}`
  const child = spawn(
    'docker',
    ['run', '--rm', '--interactive', '--init', '--network', network, image, 'node', '-e', program],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
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
