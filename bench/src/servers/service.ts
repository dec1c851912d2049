import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServiceName } from '@polyservice-lab/contracts/services'
import { repositoryRoot, scratch } from './scratch.ts'
import { freePort, type Server, startServer } from './server-process.ts'

/** Starts one of the services as its container does, on a directory of its own that goes with it. */
export async function startService(
  name: ServiceName,
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const [port, adminPort, bundle, flags] = await Promise.all([
    freePort(),
    freePort(),
    bundleOf(name),
    nodeFlags(name),
  ])
  const dataDir = await mkdtemp(join(scratch(), `${name}-`))
  return startServer({
    program: process.execPath,
    args: [...flags, 'main.mjs'],
    cwd: bundle,
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

const bundles = new Map<ServiceName, Promise<string>>()

/** The scripts of a service as its image holds them, made from what is checked out. */
function bundleOf(name: ServiceName): Promise<string> {
  const bundle = bundles.get(name) ?? makeBundle(name)
  bundles.set(name, bundle)
  return bundle
}

async function makeBundle(name: ServiceName): Promise<string> {
  const directory = join(scratch(), `${name}-bundle`)
  const [port, adminPort] = await Promise.all([freePort(), freePort()])
  await promisify(execFile)(
    process.execPath,
    ['service-kit/image/bundle.ts', join('services', name), directory],
    { cwd: repositoryRoot, env: { ...process.env, PORT: `${port}`, ADMIN_PORT: `${adminPort}` } },
  )
  return directory
}

/** The flags of node in the CMD of the image. */
async function nodeFlags(name: ServiceName): Promise<string[]> {
  const dockerfile = await readFile(join(repositoryRoot, 'services', name, 'Dockerfile'), 'utf8')
  const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1]
  if (command === undefined) throw new Error(`the Dockerfile of ${name} has no CMD in the form of a list`)
  return (JSON.parse(command) as string[]).filter((word) => word.startsWith('--'))
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
