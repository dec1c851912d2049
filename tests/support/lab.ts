import { randomBytes } from 'node:crypto'
import { composeVariable } from '@polyservice-lab/contracts/services'
import { DockerComposeEnvironment, getContainerRuntimeClient, Wait } from 'testcontainers'
import { afterAll, beforeAll } from 'vitest'
import { docker, repositoryRoot } from './docker.ts'
import { adminPort, type ServiceName, services } from './services.ts'

export interface Address {
  readonly host: string
  readonly port: number
  /** Base URL of the admin port. */
  readonly adminUrl: string
}

/** One service of a lab that is up: where it is, and what can be done to its container. */
export interface RunningService {
  /** Where it listens now; a restart moves it to other free ports. */
  address(): Promise<Address>
  /** Sends a signal to the server process. */
  signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Resolves with the exit code when the container has ended. */
  exit(): Promise<number>
  /** Starts a container that has ended, and waits until it is ready. */
  start(): Promise<void>
  logs(): Promise<string>
  /** The value of a sample of /metrics, labels left out; 0 where there is none. */
  metric(name: string): Promise<number>
  reset(): Promise<void>
}

export interface Lab extends AsyncDisposable {
  service(name: ServiceName): RunningService
}

/** Free host ports for everything: labs run side by side, and beside that of the person who runs the tests. */
const freePorts = Object.fromEntries(
  Object.values(services).flatMap(({ portVariable, adminPortVariable }) => [
    [portVariable, '0'],
    [adminPortVariable, '0'],
  ]),
)

/**
 * Brings up a lab of its own for a test file: the named services out of docker-compose.yml, in a compose project
 * with a name that nothing else has, ready when this resolves. Disposing it leaves no container, network or volume.
 * @param env variables as the services read them
 */
export async function startLab(names: ServiceName[], env: Record<string, string> = {}): Promise<Lab> {
  const variables = Object.entries(env).flatMap(([variable, value]) =>
    names.map((name) => [composeVariable(name, variable), value]),
  )
  const project = `lab-test-${randomBytes(4).toString('hex')}`
  const environment = new DockerComposeEnvironment(repositoryRoot, 'docker-compose.yml')
    .withProjectName(project)
    .withEnvironmentFile('/dev/null')
    .withEnvironment({ ...freePorts, RESET: 'on', ...Object.fromEntries(variables) })
    .withDefaultWaitStrategy(Wait.forHealthCheck())
  const started = await environment.up(names)
  return {
    service: (name) => runningService(`${project}-${name}-1`, name),
    [Symbol.asyncDispose]: async () => {
      await started.down({ removeVolumes: true, timeout: 0 })
    },
  }
}

/** A lab for the tests of the file that calls this: up before the first, down after the last. */
export function useLab(names: ServiceName[], env: Record<string, string> = {}): Pick<Lab, 'service'> {
  let lab: Lab | undefined
  beforeAll(async () => {
    lab = await startLab(names, env)
  })
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]()
  })
  return {
    service: (name) => {
      if (lab === undefined) throw new Error('the lab is up inside of tests only')
      return lab.service(name)
    },
  }
}

function runningService(container: string, name: ServiceName): RunningService {
  async function address(): Promise<Address> {
    const { host, port, admin } = await publishedPorts(container, services[name].port)
    return { host, port, adminUrl: `http://${host}:${admin}` }
  }
  async function ready(): Promise<boolean> {
    const { adminUrl } = await address()
    return fetch(`${adminUrl}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
  }
  return {
    address,
    signal: async (signal) => {
      await docker('kill', '--signal', signal, container)
    },
    exit: async () => Number((await docker('wait', container)).stdout),
    start: async () => {
      await docker('start', container)
      await until(ready, `${name} is ready`)
    },
    logs: async () => {
      const { stdout, stderr } = await docker('logs', container)
      return stdout + stderr
    },
    metric: async (sample) => {
      const { adminUrl } = await address()
      const text = await fetch(`${adminUrl}/metrics`).then((response) => response.text())
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith(`${sample}{`) || line.startsWith(`${sample} `))
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
    reset: async () => {
      const { adminUrl } = await address()
      const response = await fetch(`${adminUrl}/reset`, { method: 'POST' })
      if (response.status !== 204)
        throw new Error(`reset of ${name}: ${response.status} ${await response.text()}`)
    },
  }
}

async function publishedPorts(container: string, port: number) {
  const client = await getContainerRuntimeClient()
  const { NetworkSettings } = await client.container.inspect(client.container.getById(container))
  const published = (inside: number) => Number(NetworkSettings.Ports[`${inside}/tcp`]?.[0]?.HostPort ?? 0)
  return { host: '127.0.0.1', port: published(port), admin: published(adminPort) }
}

/** Polls until `condition` holds; throws naming `what` after `timeoutMs`. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
