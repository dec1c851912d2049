import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryRoot, scratch } from './scratch.ts'
import { freePort, type Server, startServer } from './server-process.ts'

export const services = ['course-grpc', 'tcp-history', 'users-api', 'ws-echo'] as const

export type ServiceName = (typeof services)[number]

/**
 * Starts one of the services from its source, as its container does: with the same flags of node and the same
 * defaults, on a directory of its own that goes with it.
 */
export async function startService(name: ServiceName, env: Record<string, string> = {}): Promise<Server> {
  const [port, adminPort, args] = await Promise.all([freePort(), freePort(), nodeArguments(name)])
  const dataDir = await mkdtemp(join(scratch(), `${name}-`))
  return startServer({
    program: process.execPath,
    args,
    cwd: join(repositoryRoot, 'services', name),
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      DATA_DIR: dataDir,
      RESET: 'on',
      ...env,
    },
    port,
    adminPort,
    dataDir,
    isReady: () => isOk(`http://127.0.0.1:${adminPort}/readyz`),
    whenStopped: () => rm(dataDir, { recursive: true, force: true }),
  })
}

/** The arguments of node in the CMD of the image, its program as it is in the source tree. */
async function nodeArguments(name: ServiceName): Promise<string[]> {
  const dockerfile = await readFile(join(repositoryRoot, 'services', name, 'Dockerfile'), 'utf8')
  const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1]
  if (command === undefined) throw new Error(`the Dockerfile of ${name} has no CMD in the form of a list`)
  const flags = (JSON.parse(command) as string[]).filter((word) => word.startsWith('--'))
  return [...flags, 'src/main.ts']
}

function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

/** Puts a service back to its first start. */
export async function reset(server: Server): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${server.adminPort}/reset`, { method: 'POST' })
  if (response.status !== 204) throw new Error(`reset: ${response.status} ${await response.text()}`)
}
