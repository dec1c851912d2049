import { errorCodes } from '@polyservice-lab/contracts/errors'
import {
  composeVariable,
  labVariables,
  type ServiceName,
  services,
  type Wing,
} from '@polyservice-lab/contracts/services'
import { containers } from '@polyservice-lab/testcontainers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runToExit } from './docker.ts'
import { type RunningService, startLab, until, useLab } from './lab.ts'
import { type Call, type Load, startLoad } from './load.ts'
import { subjects, tabledServices } from './subject.ts'

/** Variables that every service reads, with values that are wrong. */
const badEnvironment = [
  ['PORT', 'abc'],
  ['ADMIN_PORT', '65536'],
  ['LOG_LEVEL', 'loud'],
  ['RESET', 'yes'],
  ['SHUTDOWN_TIMEOUT_MS', '-1'],
] as const

/** These have the same name in compose as in the container, or no place in compose. */
const namedAlike: readonly string[] = [...labVariables, 'PORT', 'ADMIN_PORT']

const mebibyte = 1024 ** 2

/** The life of every service of a wing, the same for all: how it starts, refuses to start, tells of itself, stops and comes back. */
export function describeLifecycle(wing: Wing): void {
  describe.each(tabledServices.filter((name) => services[name].wing === wing))('%s', describeService)
}

function describeService(name: ServiceName): void {
  const subject = subjects[name]
  const image = `polyservice-lab/${name}:${process.env['LAB_TAG'] || 'latest'}`

  /** Runs the image until it ends by itself. */
  async function refusal(env: Iterable<readonly [string, string]>, ...options: string[]) {
    const variables = [...env].flatMap(([variable, value]) => ['--env', `${variable}=${value}`])
    const { code, stderr } = await runToExit('docker', ['run', '--rm', ...options, ...variables, image])
    return { code, faults: stderr.trim().split('\n') }
  }

  async function calls(service: RunningService, count: number): Promise<Load> {
    const load = startLoad(subject, service.address(), (begun) => begun >= count)
    await load.ended
    return load
  }

  /** A load that is well under way when this resolves, and goes on until the container has ended. */
  async function callsUntilItEnds(service: RunningService): Promise<Load> {
    let ended = false
    void service.exitCode().then(() => {
      ended = true
    })
    const load = startLoad(subject, service.address(), () => ended)
    await until(() => load.acknowledged.length >= 20, 'the load is under way')
    return load
  }

  test('stops with exit 2 at a wrong environment and names every wrong variable with its value', async () => {
    const environment = [...badEnvironment, ...subject.badEnvironment]
    const { code, faults } = await refusal(environment)
    expect(code).toBe(2)
    expect(faults).toHaveLength(environment.length)
    for (const [variable, value] of environment) {
      const named = variable.includes('SECRET') ? `${name}: ${variable}:` : `${name}: ${variable}="${value}":`
      const fault = faults.find((line) => line.includes(named))
      const inCompose = ` (in compose: ${composeVariable(name, variable)})`
      expect(fault).toBeDefined()
      expect(fault?.includes('in compose:')).toBe(!namedAlike.includes(variable))
      if (!namedAlike.includes(variable)) expect(fault?.slice(-inCompose.length)).toBe(inCompose)
    }
  })

  test('stops with exit 2 at a budget that does not fit its memory, and says the sum', async () => {
    const bytes = String(4096 * mebibyte)
    const { code, faults } = await refusal([['RECEIVE_BYTES_MAX', bytes]], '--memory', '512m')
    expect(code).toBe(2)
    expect(faults).toHaveLength(1)
    const [, sum] =
      /: RECEIVE_BYTES_MAX="\d+": .*RECEIVE_BYTES_MAX.* are (\d+) bytes; /.exec(faults[0] ?? '') ?? []
    expect(Number(sum)).toBeGreaterThanOrEqual(Number(bytes))
  })

  describe('in 128 MiB, where a reset is not allowed', () => {
    let small: RunningService
    beforeAll(async () => {
      const container = new containers[name]().withEnvironment({ RESET: 'off' })
      small = await container.withResourcesQuota({ memory: 0.125 }).start()
    })
    afterAll(() => small?.stop())

    test('answers', async () => {
      expect((await calls(small, 20)).calls.filter(failed)).toEqual([])
    })

    test('refuses a reset', async () => {
      expect((await fetch(`${small.adminUrl()}/reset`, { method: 'POST' })).status).toBe(403)
    })
  })

  describe('that runs', () => {
    const lab = useLab([name])
    const service = () => lab.service(name)

    test('serves health, metrics and reset on the admin port', async () => {
      const get = async (path: string, init?: RequestInit) => {
        const response = await fetch(service().adminUrl() + path, init)
        return [response.status, await response.text()] as const
      }
      expect(await get('/livez')).toEqual([200, 'ok\n'])
      expect(await get('/readyz')).toEqual([200, 'ok\n'])
      expect((await get('/reset'))[0]).toBe(405)
      expect((await get('/nothing'))[0]).toBe(404)
      expect((await get('/reset', { method: 'POST', headers: { Origin: 'http://a.example' } }))[0]).toBe(403)
      expect(await get('/reset', { method: 'POST' })).toEqual([204, ''])

      await calls(service(), 5)
      expect(await service().metric('lab_requests_total')).toBeGreaterThanOrEqual(5)
      expect(await service().metric('lab_received_bytes_total')).toBeGreaterThan(0)
      expect(await service().metric('lab_sent_bytes_total')).toBeGreaterThan(0)
      expect(await service().metric('lab_request_duration_seconds_count')).toBeGreaterThanOrEqual(5)
      expect(await service().metric('process_resident_memory_bytes')).toBeGreaterThan(0)
    })

    test('logs one line of each call, with the same fields as every service', async () => {
      const before = (await accessLines(service())).length
      await calls(service(), 5)
      await until(async () => (await accessLines(service())).length >= before + 5, 'there are five lines')
      for (const line of await accessLines(service())) {
        expect(line).toEqual({
          ...line,
          requestId: expect.stringMatching(/^\S+$/),
          operation: expect.stringMatching(/^\S/),
          outcome: expect.toBeOneOf(['ok', ...errorCodes]),
          durationMs: expect.any(Number),
        })
        expect(fields).toEqual(expect.arrayContaining(Object.keys(line)))
      }
    })

    test('tells a refusal by its error code, in its access line and in its metrics', async () => {
      const { code, call } = subject.refused
      await expect(call(service().address())).rejects.toMatchObject({ code })
      const outcomes = async () => (await accessLines(service())).map(({ outcome }) => outcome)
      await until(async () => (await outcomes()).includes(code), `an access line says ${code}`)
      const metrics = await fetch(`${service().adminUrl()}/metrics`).then((response) => response.text())
      const counted = [...metrics.matchAll(/^lab_requests_total\{.*outcome="(.*?)"/gm)].map(([, of]) => of)
      expect(counted).toContain(code)
      expect(['ok', ...errorCodes]).toEqual(expect.arrayContaining(counted))
    })

    test('forgets everything at a reset', async () => {
      const { acknowledged } = await calls(service(), 3)
      if (subject.durable) expect(await subject.kept(service().address(), acknowledged)).toEqual(acknowledged)
      await service().reset()
      expect(await subject.kept(service().address(), acknowledged)).toEqual([])
      expect((await calls(service(), 1)).calls.filter(failed)).toEqual([])
    })
  })

  test('drains at SIGTERM under load: exit 0, every call that has arrived is answered, and what is kept is what it promised', async () => {
    await using lab = await startLab([name])
    const service = lab.service(name)
    const load = await callsUntilItEnds(service)
    const signalled = performance.now()
    await service.signal('SIGTERM')

    expect(await service.exitCode()).toBe(0)
    await load.ended
    const arrived = load.calls.filter((call) => call.begun <= lastArrived(load, signalled))
    expect(arrived.length).toBeGreaterThan(0)
    expect(arrived.filter(failed)).toEqual([])
    expect(load.calls.filter(failed).filter(({ code }) => code !== 'unavailable')).toEqual([])
    expect(await service.readLogs()).not.toContain('drain took too long')

    await service.start()
    const onTheirWay = load.calls.filter((call) => failed(call) && call.begun < signalled)
    const items = [...load.acknowledged, ...onTheirWay.map(({ item }) => item)]
    if (subject.durable) expect(await subject.kept(service.address(), items)).toEqual(load.acknowledged)
  })

  test('comes back after kill -9 with all that it had acknowledged', async () => {
    await using lab = await startLab([name])
    const service = lab.service(name)
    const load = await callsUntilItEnds(service)
    await service.signal('SIGKILL')

    expect(await service.exitCode()).toBe(137)
    await load.ended
    await service.start()
    if (subject.durable)
      expect(await subject.kept(service.address(), load.acknowledged)).toEqual(load.acknowledged)
    expect((await calls(service, 1)).calls.filter(failed)).toEqual([])
  })
}

/** All that a log line of a call may hold. */
const fields = [
  ...['level', 'time', 'service', 'msg'],
  ...['requestId', 'operation', 'outcome', 'status', 'durationMs'],
]

async function accessLines(service: RunningService): Promise<Record<string, unknown>[]> {
  const lines = (await service.readLogs()).split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line)).filter((line) => 'outcome' in line)
}

/** When the last of the calls began that were answered before a moment: those that began before it have arrived. */
function lastArrived({ calls }: Load, moment: number): number {
  const answered = calls.filter(({ code, ended }) => code === 'ok' && ended < moment)
  return Math.max(...answered.map(({ begun }) => begun))
}

function failed(call: Call): boolean {
  return call.code !== 'ok'
}
