import { describe, expect, test } from 'vitest'
import { runToExit } from './support/docker.ts'
import { type RunningService, startLab, until } from './support/lab.ts'
import { type Call, type Load, startLoad } from './support/load.ts'
import { serviceNames } from './support/services.ts'
import { subjects } from './support/subjects.ts'

/** Variables that every service reads, with values that are wrong. */
const badEnvironment = [
  ['PORT', 'abc'],
  ['ADMIN_PORT', '65536'],
  ['LOG_LEVEL', 'loud'],
  ['RESET', 'yes'],
  ['SHUTDOWN_TIMEOUT_MS', '-1'],
] as const

/** The life of every service, the same for all: how it starts, refuses to start, stops and comes back. */
describe.each(serviceNames)('%s', (name) => {
  const subject = subjects[name]
  const image = `polyservice-lab/${name}:${process.env['LAB_TAG'] ?? 'latest'}`

  async function calls(service: RunningService, count: number): Promise<Load> {
    const load = startLoad(subject, await service.address(), (begun) => begun >= count)
    await load.ended
    return load
  }

  /** A load that is well under way when this resolves, and goes on until the container has ended. */
  async function callsUntilItEnds(service: RunningService): Promise<Load> {
    let ended = false
    void service.exit().then(() => {
      ended = true
    })
    const load = startLoad(subject, await service.address(), () => ended)
    await until(() => load.acknowledged.length >= 20, 'the load is under way')
    return load
  }

  test('stops with exit 2 at a wrong environment and names every wrong variable with its value', async () => {
    const environment = [...badEnvironment, ...subject.badEnvironment]
    const variables = environment.flatMap(([variable, value]) => ['--env', `${variable}=${value}`])
    const { code, stderr } = await runToExit('docker', ['run', '--rm', ...variables, image])
    const faults = stderr.trim().split('\n')
    expect(code).toBe(2)
    expect(faults).toHaveLength(environment.length)
    for (const [variable, value] of environment) {
      const named = variable.includes('SECRET') ? `${name}: ${variable}:` : `${name}: ${variable}="${value}":`
      expect(faults).toContainEqual(expect.stringContaining(named))
    }
  })

  test('serves health, metrics and reset on the admin port', async () => {
    await using lab = await startLab([name])
    const service = lab.service(name)
    const { adminUrl } = await service.address()
    const get = async (path: string, init?: RequestInit) => {
      const response = await fetch(adminUrl + path, init)
      return [response.status, await response.text()] as const
    }
    expect(await get('/livez')).toEqual([200, 'ok\n'])
    expect(await get('/readyz')).toEqual([200, 'ok\n'])
    expect((await get('/reset'))[0]).toBe(405)
    expect((await get('/nothing'))[0]).toBe(404)
    expect((await get('/reset', { method: 'POST', headers: { Origin: 'http://a.example' } }))[0]).toBe(403)
    expect(await get('/reset', { method: 'POST' })).toEqual([204, ''])

    await calls(service, 5)
    expect(await service.metric('lab_requests_total')).toBeGreaterThanOrEqual(5)
    expect(await service.metric('lab_received_bytes_total')).toBeGreaterThan(0)
    expect(await service.metric('lab_sent_bytes_total')).toBeGreaterThan(0)
    expect(await service.metric('lab_request_duration_seconds_count')).toBeGreaterThanOrEqual(5)
    expect(await service.metric('process_resident_memory_bytes')).toBeGreaterThan(0)
  })

  test('forgets everything at a reset', async () => {
    await using lab = await startLab([name])
    const service = lab.service(name)
    const { acknowledged } = await calls(service, 3)
    if (subject.durable)
      expect(await subject.kept(await service.address(), acknowledged)).toEqual(acknowledged)
    await service.reset()
    expect(await subject.kept(await service.address(), acknowledged)).toEqual([])
    expect((await calls(service, 1)).calls.filter(failed)).toEqual([])
  })

  test('refuses a reset where it is not allowed', async () => {
    await using lab = await startLab([name], { RESET: 'off' })
    const { adminUrl } = await lab.service(name).address()
    expect((await fetch(`${adminUrl}/reset`, { method: 'POST' })).status).toBe(403)
  })

  test('drains at SIGTERM under load: exit 0, every call that had begun is answered, and what it promised is kept', async () => {
    await using lab = await startLab([name])
    const service = lab.service(name)
    const load = await callsUntilItEnds(service)
    const signalled = performance.now()
    await service.signal('SIGTERM')

    expect(await service.exit()).toBe(0)
    await load.ended
    const begun = load.calls.filter((call) => call.begun < signalled)
    expect(begun.length).toBeGreaterThan(0)
    expect(begun.filter(failed)).toEqual([])
    expect(load.calls.filter(failed).filter(({ code }) => code !== 'unavailable')).toEqual([])
    expect(await service.logs()).not.toContain('drain took too long')

    await service.start()
    if (subject.durable)
      expect(await subject.kept(await service.address(), load.acknowledged)).toEqual(load.acknowledged)
  })

  test('comes back after kill -9 with all that it had acknowledged', async () => {
    await using lab = await startLab([name])
    const service = lab.service(name)
    const load = await callsUntilItEnds(service)
    await service.signal('SIGKILL')

    expect(await service.exit()).toBe(137)
    await load.ended
    await service.start()
    if (subject.durable)
      expect(await subject.kept(await service.address(), load.acknowledged)).toEqual(load.acknowledged)
    expect((await calls(service, 1)).calls.filter(failed)).toEqual([])
  })
})

function failed(call: Call): boolean {
  return call.code !== 'ok'
}
