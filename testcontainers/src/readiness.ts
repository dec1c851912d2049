import { setTimeout } from 'node:timers/promises'
import { containerAdminPort } from '@polyservice-lab/contracts/services'
import type { BoundPorts, WaitStrategy } from 'testcontainers'
import type { Container } from './container-runtime.ts'

const pollMs = 15
const probeTimeoutMs = 1_000
const defaultStartupTimeoutMs = 60_000

/**
 * Waits until /readyz of the admin port says 200: sooner than Docker's health check, which starts a process for it.
 * @throws Error with the last lines of the log, when the container ends or is not ready in time
 */
export async function untilReady(container: Container, adminUrl: string, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (let attempt = 1; !(await isReady(adminUrl)); attempt += 1) {
    if (attempt % 10 === 0) await assertRunning(container)
    if (performance.now() > deadline) throw await notReady(container, `is not ready after ${timeoutMs} ms`)
    await setTimeout(pollMs)
  }
}

function isReady(adminUrl: string): Promise<boolean> {
  return fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(probeTimeoutMs) }).then(
    async (response) => {
      await response.body?.cancel()
      return response.ok
    },
    () => false,
  )
}

async function assertRunning(container: Container): Promise<void> {
  const { State } = await container.inspect()
  if (State.Running || State.Restarting) return
  throw await notReady(container, `ended with exit code ${State.ExitCode} before it was ready`)
}

async function notReady(container: Container, what: string): Promise<Error> {
  const { Config } = await container.inspect()
  return new Error(`${Config.Image} ${what}; the end of its log:\n${await readLogs(container, 10)}`)
}

/** What a container has said until now: standard output and standard error. @param tail the last lines only */
export async function readLogs(container: Container, tail?: number): Promise<string> {
  const frames = await container.logs({
    stdout: true,
    stderr: true,
    follow: false,
    ...(tail === undefined ? {} : { tail }),
  })
  return textOfFrames(frames)
}

/** Without a terminal, Docker puts eight bytes before every piece: the stream, and the length of the piece. */
function textOfFrames(frames: Buffer): string {
  const pieces: Buffer[] = []
  for (let at = 0; at + 8 <= frames.length; ) {
    const end = at + 8 + frames.readUInt32BE(at + 4)
    pieces.push(frames.subarray(at + 8, end))
    at = end
  }
  return Buffer.concat(pieces).toString()
}

/** The wait strategy of the lab's containers. */
export class ReadinessWait implements WaitStrategy {
  readonly #host: string
  #timeoutMs: number | undefined

  constructor(host: string) {
    this.#host = host
  }

  waitUntilReady(container: Container, boundPorts: BoundPorts): Promise<void> {
    const adminUrl = `http://${this.#host}:${boundPorts.getBinding(containerAdminPort)}`
    return untilReady(container, adminUrl, this.getStartupTimeout())
  }

  withStartupTimeout(startupTimeoutMs: number): this {
    this.#timeoutMs = startupTimeoutMs
    return this
  }

  isStartupTimeoutSet(): boolean {
    return this.#timeoutMs !== undefined
  }

  getStartupTimeout(): number {
    return this.#timeoutMs ?? defaultStartupTimeoutMs
  }
}
