import { randomBytes } from 'node:crypto'
import { serviceNames, services } from '@polyservice-lab/contracts/services'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { docker, runToExit } from './support/docker.ts'
import { until } from './support/lab.ts'

/** Services that keep something, each in the folder /data of its container. */
describe.each(serviceNames.filter((name) => services[name].keeps !== undefined))('%s', (name) => {
  const image = `polyservice-lab/${name}:${process.env['LAB_TAG'] ?? 'latest'}`
  const started: string[] = []
  let volume: string

  beforeEach(async () => {
    volume = `lab-test-${randomBytes(4).toString('hex')}`
    await docker('volume', 'create', volume)
  })
  afterEach(async () => {
    for (const container of started.splice(0)) await docker('rm', '--force', container)
    await docker('volume', 'rm', volume)
  })

  const onVolume = () => ['--init', '--volume', `${volume}:/data`, image]
  /** Starts a container on the volume, and resolves with its id when it is ready. */
  async function start(): Promise<string> {
    const container = (await docker('run', '--detach', ...onVolume())).stdout.trim()
    started.push(container)
    await ready(container)
    return container
  }
  const ready = (container: string) =>
    until(
      async () =>
        (await runToExit('docker', ['exec', container, 'node', '/app/health-check.mjs'])).code === 0,
      `${name} is ready`,
    )

  test('refuses a volume that another container has, with exit 2 and one line that says which', async () => {
    const first = await start()
    const { code, stderr } = await runToExit('docker', ['run', '--rm', ...onVolume()])
    expect(code).toBe(2)
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(`${name}: /data is in use by`)])
    // The host name of a container is the beginning of its id.
    expect(stderr).toContain(first.slice(0, 12))
    await ready(first)
  })

  test('takes a volume whose process was killed, in the same container and in another', async () => {
    const first = await start()
    await docker('kill', '--signal', 'KILL', first)
    await docker('wait', first)
    await docker('start', first)
    await ready(first)
    await docker('kill', '--signal', 'KILL', first)
    await docker('wait', first)
    await start()
  })
})
