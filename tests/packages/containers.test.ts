import {
  PolyserviceLab,
  type StartedPolyserviceLab,
  TcpHistoryContainer,
  UsersApiContainer,
  WsEchoContainer,
} from '@polyservice-lab/testcontainers'
import { getContainerRuntimeClient } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { docker } from '../support/docker.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

describe('a lab', () => {
  let lab: StartedPolyserviceLab
  beforeAll(async () => {
    lab = await new PolyserviceLab({ usersApi: new UsersApiContainer().withPolicy('open') }).start()
  })
  afterAll(() => lab?.stop())

  test('has typed clients of all four services, and forgets everything in a moment', async () => {
    await using client = lab.client()
    expect(await client.catalogue.getCourse('api-course')).toMatchObject({ courseId: 'api-course' })
    expect(await client.history.send('one')).toEqual(['one'])
    expect(await client.echo.echo('hello')).toHaveLength(5)
    await expect(client.users.getUserMe()).rejects.toMatchObject({ code: 'unauthenticated' })

    await lab.reset()
    expect(await client.history.send('two')).toEqual(['two'])
  })

  test('is told apart by its logs', async () => {
    const logs = await lab.readLogs()
    for (const { service } of lab.services) expect(logs).toMatch(`--- ${service}\n{"level":"info"`)
  })

  test('is hardened as docker-compose.yml is, and listens on 127.0.0.1 alone', async () => {
    const compose = JSON.parse((await docker('compose', 'config', '--format', 'json')).stdout)
    for (const container of lab.services) {
      const { Config, HostConfig } = await inspect(container.getId())
      const { read_only, init, cap_drop, security_opt, mem_limit, pids_limit, logging } =
        compose.services[container.service]
      expect({
        read_only: HostConfig.ReadonlyRootfs,
        init: HostConfig.Init,
        cap_drop: HostConfig.CapDrop,
        security_opt: HostConfig.SecurityOpt,
        mem_limit: String(HostConfig.Memory),
        pids_limit: HostConfig.PidsLimit,
        logging: HostConfig.LogConfig?.Config,
      }).toEqual({ read_only, init, cap_drop, security_opt, mem_limit, pids_limit, logging: logging.options })
      expect(Config.User).toBe('node')
      const bindings: { HostIp?: string }[][] = Object.values(HostConfig.PortBindings)
      expect(bindings.flat().map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1', '127.0.0.1'])
    }
  })

  test('takes variables of a service', async () => {
    const { Config } = await inspect(lab.usersApi.getId())
    expect(Config.Env).toEqual(expect.arrayContaining(['POLICY=open', 'RESET=on']))
  })
})

describe('faults', () => {
  let history: Awaited<ReturnType<TcpHistoryContainer['start']>>
  beforeAll(async () => {
    history = await new TcpHistoryContainer().start()
  })
  afterAll(() => history?.stop())

  const patient = { timeoutMs: 20_000 }
  const impatient = { timeoutMs: 300 }

  test.each<[what: string, fault: () => Promise<void>]>([
    ['is killed and started', () => history.kill().then(() => history.start())],
    ['is restarted', () => history.restart({ timeout: 10_000 })],
    ['is stopped and started', () => history.stop({ remove: false }).then(() => history.start())],
    ['is disconnected and reconnected', () => history.disconnect().then(() => history.reconnect())],
  ])('a service that %s keeps its address and what it was told', async (what, fault) => {
    const client = history.client()
    const address = history.address()
    const before = await client.send(what, patient)
    await fault()
    expect(history.address()).toEqual(address)
    expect(await client.send('and on', patient)).toEqual([...before, 'and on'])
  })

  test('a service that is paused does not answer; after that, it does', async () => {
    await history.pause()
    await expect(history.client().send('?', impatient)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    await history.unpause()
    await history.client().send('!', patient)
  })

  test('a service without its network cannot be reached', async () => {
    await using session = await history.client().open(patient)
    await history.disconnect()
    await expect(session.append('?', patient)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(history.client().send('?', patient)).rejects.toMatchObject({ code: 'unavailable' })
    await history.reconnect()
  })

  test('a throttled service has less of the machine, and all of it afterwards', async () => {
    const limits = async () => {
      const { HostConfig } = await inspect(history.getId())
      return { cpus: (HostConfig.NanoCpus ?? 0) / 1e9, memory: HostConfig.Memory }
    }
    const { memory } = await limits()
    await history.throttle({ cpus: 0.5, memory: 128 * 1024 ** 2 })
    expect(await limits()).toEqual({ cpus: 0.5, memory: 128 * 1024 ** 2 })
    await history.unthrottle()
    const { info } = await getContainerRuntimeClient()
    expect(await limits()).toEqual({ cpus: info.containerRuntime.cpus, memory })
  })

  test('SIGTERM is an end in order', async () => {
    await history.signal('SIGTERM')
    expect(await history.exitCode()).toBe(0)
    await history.start()
  })
})

describe('a container that cannot start', () => {
  test('says why, and is removed', async () => {
    const label = { 'polyservice-lab.test': crypto.randomUUID() }
    await expect(
      new UsersApiContainer().withEnvironment({ POLICY: 'lax' }).withLabels(label).start(),
    ).rejects.toThrow(/ended with exit code 2.*POLICY="lax": not one of strict, open/s)
    const filter = `label=polyservice-lab.test=${label['polyservice-lab.test']}`
    expect((await docker('ps', '--all', '--quiet', '--filter', filter)).stdout).toBe('')
  })

  test('says how its image is built, where it is missing', async () => {
    const missing = new WsEchoContainer('polyservice-lab/ws-echo:never-built').start()
    await expect(missing).rejects.toThrow(
      'There is no image polyservice-lab/ws-echo:never-built: build it with "docker compose build ws-echo"',
    )
  })

  test('leaves nothing of its lab behind', async () => {
    const label = { 'polyservice-lab.test': crypto.randomUUID() }
    const lab = new PolyserviceLab({
      wsEcho: new WsEchoContainer().withLabels(label),
      usersApi: new UsersApiContainer('polyservice-lab/users-api:never-built'),
    })
    await expect(lab.start()).rejects.toThrow('There is no image')
    const filter = `label=polyservice-lab.test=${label['polyservice-lab.test']}`
    expect((await docker('ps', '--all', '--quiet', '--filter', filter)).stdout).toBe('')
  })
})

test('/data on a disk of a given size', async () => {
  await using history = await new TcpHistoryContainer().withDataTmpFs('1m').start()
  const { stdout } = await history.exec([
    'node',
    '-p',
    'const d = fs.statfsSync("/data"); d.bsize * d.blocks',
  ])
  expect(Number(stdout)).toBe(1024 ** 2)
})

async function inspect(id: string) {
  const client = await getContainerRuntimeClient()
  return client.container.inspect(client.container.getById(id))
}
