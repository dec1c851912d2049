import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll } from 'vitest'
import { repositoryRoot } from '../support/docker.ts'

/** A lab of its own by docker compose, on ports that the engine chooses. */
export interface ComposeLab {
  compose(...args: string[]): Promise<string>
  /** The host port of a port inside, as it was when it was first asked for. */
  port(service: string, inside: number, index?: number): Promise<number>
}

const run = promisify(execFile)
const startsMax = 5

/** Starts services of docker-compose.yml before the tests of a file, and removes them with their volumes afterwards. */
export function useComposeLab(
  services: readonly string[],
  { env = {}, up = [] }: { readonly env?: Record<string, string>; readonly up?: readonly string[] } = {},
): ComposeLab {
  const project = `lab-watch-${process.pid}`
  let whole: NodeJS.ProcessEnv = {}
  const known = new Map<string, string>()

  async function compose(...args: string[]): Promise<string> {
    const { stdout } = await run('docker', ['compose', ...args], {
      cwd: repositoryRoot,
      env: whole,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  }

  beforeAll(async () => {
    const { stdout } = await run('scripts/ports.sh', ['--list'], {
      cwd: repositoryRoot,
      env: { ...process.env, COMPOSE_PROFILES: '*' },
    })
    const ports = stdout
      .trim()
      .split('\n')
      .map((line) => [line.split(' ', 1)[0], '0'])
    whole = { ...process.env, COMPOSE_PROJECT_NAME: project, ...Object.fromEntries(ports), ...env }
    await run('scripts/backing-images.sh', [...services], { cwd: repositoryRoot })
    const args = ['up', '--detach', '--no-build', '--wait', '--wait-timeout', '180', ...up, ...services]
    for (let start = 1; ; start += 1) {
      try {
        await compose(...args)
        return
      } catch (error) {
        // A port that the engine chose may be taken by the time that it is bound.
        if (start === startsMax || !/already allocated|already in use/.test(String(error))) throw error
      }
    }
  }, 400_000)

  afterAll(async () => {
    await compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '1')
  }, 120_000)

  return {
    compose,
    async port(service, inside, index = 1) {
      const key = `${service} ${inside} ${index}`
      const address =
        known.get(key) ?? (await compose('port', '--index', String(index), service, String(inside)))
      known.set(key, address)
      return Number(address.trim().split(':').at(-1))
    },
  }
}
