import { randomBytes } from 'node:crypto'
import {
  composeVariable,
  containerAdminPort,
  coreServiceNames,
  type ServiceName,
  services,
} from '@polyservice-lab/contracts/services'
import { getContainerRuntimeClient } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { docker, runToExit } from './support/docker.ts'
import { subjects } from './support/subject.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

/** Free host ports, and a variable of each service that is not its default. */
const receiveBytesMax = '20000000'
const environment = Object.fromEntries(
  coreServiceNames.flatMap((name) => [
    [composeVariable(name, 'PORT'), '0'],
    [composeVariable(name, 'ADMIN_PORT'), '0'],
    [composeVariable(name, 'RECEIVE_BYTES_MAX'), receiveBytesMax],
  ]),
)
const project = `lab-compose-${randomBytes(4).toString('hex')}`

/** docker compose of this project, without the .env file of the person who runs the tests. */
async function compose(...args: string[]): Promise<void> {
  const ofProject = ['--project-name', project, '--env-file', '/dev/null']
  const { code, stderr } = await runToExit('docker', ['compose', ...ofProject, ...args], {
    env: environment,
    timeoutMs: 120_000,
  })
  if (code !== 0) throw new Error(`docker compose ${args.join(' ')}:\n${stderr}`)
}

const up = () => compose('up', '--detach', '--wait', ...coreServiceNames)

async function inspect(name: ServiceName) {
  const { container } = await getContainerRuntimeClient()
  return container.inspect(container.getById(`${project}-${name}-1`))
}

async function addressOf(name: ServiceName) {
  const { NetworkSettings } = await inspect(name)
  const published = NetworkSettings.Ports[`${services[name].port}/tcp`]?.[0]
  return { host: '127.0.0.1', port: Number(published?.HostPort) }
}

beforeAll(up)
afterAll(() => compose('down', '--volumes', '--timeout', '0'))

describe.each(coreServiceNames)('docker compose up: %s', (name) => {
  test('is healthy', async () => {
    const { State, RestartCount } = await inspect(name)
    expect([State.Health?.Status, RestartCount]).toEqual(['healthy', 0])
  })

  test('has no right and no place to write but /data, and bounds of memory, processes and logs', async () => {
    const { Config, HostConfig, Mounts } = await inspect(name)
    expect(Config.User).toBe('node')
    expect(HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Init: true,
      LogConfig: { Config: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
    })
    expect(HostConfig.CapAdd ?? []).toEqual([])
    expect(HostConfig.Memory).toBeGreaterThan(0)
    expect(HostConfig.PidsLimit).toBeGreaterThan(0)
    expect(Mounts.map(({ Type, Destination }) => [Type, Destination])).toEqual(
      services[name].keeps === undefined ? [] : [['volume', '/data']],
    )
  })

  test('is published on 127.0.0.1 alone, its protocol and its admin port', async () => {
    const { HostConfig } = await inspect(name)
    const bindings = HostConfig.PortBindings as Record<string, { HostIp: string }[]>
    expect(Object.keys(bindings).toSorted()).toEqual(
      [`${services[name].port}/tcp`, `${containerAdminPort}/tcp`].toSorted(),
    )
    for (const { HostIp } of Object.values(bindings).flat()) expect(HostIp).toBe('127.0.0.1')
  })

  test('is told its variables by their names in compose', async () => {
    const { Config } = await inspect(name)
    expect(Config.Env).toContain(`RECEIVE_BYTES_MAX=${receiveBytesMax}`)
  })
})

test('what services keep outlives docker compose down', async () => {
  const durable = coreServiceNames.filter((name) => subjects[name].durable)
  const item = crypto.randomUUID()
  for (const name of durable) await subjects[name].call(await addressOf(name), item)
  await compose('down', '--timeout', '10')
  expect((await docker('ps', '--all', '--quiet', '--filter', `name=${project}`)).stdout).toBe('')
  await up()
  for (const name of durable) expect(await subjects[name].kept(await addressOf(name), [item])).toEqual([item])
})
