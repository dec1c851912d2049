import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createHistoryClient, type HistorySession, type LabError } from '@polyservice-lab/clients'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { docker, runToExit } from '../support/docker.ts'
import { until } from '../support/lab.ts'

const image = `polyservice-lab/tcp-history:${process.env['LAB_TAG'] ?? 'latest'}`
const name = `lab-test-${randomBytes(4).toString('hex')}`

beforeEach(() => docker('volume', 'create', name))
afterEach(async () => {
  await docker('rm', '--force', name)
  await docker('volume', 'rm', name)
})

const options = (memory: string) => ['--init', '--memory', memory, '--volume', `${name}:/data`]

/** A server outside of any lab, because all labs have the same memory. */
async function start(memory: string) {
  await docker('run', '--detach', '--name', name, '--publish', '127.0.0.1::12345', ...options(memory), image)
  return ready()
}

async function ready() {
  await until(
    async () => (await runToExit('docker', ['exec', name, 'node', '/app/health-check.mjs'])).code === 0,
    'the server is ready',
  )
  const { stdout } = await docker('port', name, '12345/tcp')
  return createHistoryClient({ port: Number(stdout.trim().split(':').at(-1)), timeoutMs: 20_000 })
}

/** Appends until the history is full; returns how many messages there are. */
async function fill(session: HistorySession): Promise<number> {
  for (let count = 0; ; ) {
    const batch = Array.from({ length: 50 }, (_, i) => session.append(`${count + i}`.padEnd(60_000, '.')))
    const outcomes = await Promise.allSettled(batch)
    const refusals = outcomes.filter(({ status }) => status === 'rejected')
    count += outcomes.length - refusals.length
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ reason: { status: 'history_full' } satisfies Partial<LabError> })
    if (refusals.length > 0) return count
  }
}

test('in 128 MiB the default budgets shrink: the history gets full, and comes back after kill -9', async () => {
  const client = await start('128m')
  const session = await client.open()
  const count = await fill(session)
  await session[Symbol.asyncDispose]()
  expect(count).toBeGreaterThan(200)

  await docker('kill', '--signal', 'KILL', name)
  await docker('wait', name)
  await docker('start', name)
  await using again = await (await ready()).open()
  expect(await Array.fromAsync(again.read({}, { timeoutMs: 20_000 }))).toHaveLength(count)
  const { stdout } = await docker('inspect', '--format', '{{.State.OOMKilled}} {{.RestartCount}}', name)
  expect(stdout.trim()).toBe('false 0')
})

test('a history that the memory no longer allows stops the start with exit 2 and one line', async () => {
  const client = await start('256m')
  const session = await client.open()
  await fill(session)
  await session[Symbol.asyncDispose]()
  await docker('rm', '--force', name)

  const { code, stderr } = await runToExit('docker', ['run', '--rm', ...options('128m'), image])
  expect(code).toBe(2)
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^tcp-history: \/data holds a history of more than HISTORY_BYTES_MAX=\d+ bytes/),
  ])
})

test('in 128 MiB a crowd of silent clients is more than there is room for: the others hear busy, and the server stays', async () => {
  await start('128m')
  const { stdout: port } = await docker('port', name, '12345/tcp')
  using stack = new DisposableStack()
  let refused = 0
  for (let i = 0; i < 3_000; i += 1) {
    const socket = connect(Number(port.trim().split(':').at(-1)), '127.0.0.1')
    stack.defer(() => socket.destroy())
    socket
      .on('error', () => {})
      .once('end', () => (refused += 1))
      .resume()
    await once(socket, 'connect')
  }
  await until(() => refused > 1_000, 'those over the limit are refused', 60_000)
  const health = await runToExit('docker', ['exec', name, 'node', '/app/health-check.mjs'])
  expect(health.code).toBe(0)
  const { stdout } = await docker('inspect', '--format', '{{.State.Running}} {{.RestartCount}}', name)
  expect(stdout.trim()).toBe('true 0')
}, 120_000)
