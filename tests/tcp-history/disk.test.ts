import { createHistoryClient, type HistorySession, type LabError } from '@polyservice-lab/clients'
import { expect, test } from 'vitest'
import { docker, runToExit } from '../support/docker.ts'
import { until, useLab } from '../support/lab.ts'

const image = `polyservice-lab/tcp-history:${process.env['LAB_TAG'] ?? 'latest'}`

/** A server outside of any lab, because the lab has no disk that is soon full. */
async function startOnSmallDisk(env: Record<string, string>) {
  const { stdout } = await docker(
    ...['run', '--detach', '--rm', '--publish', '127.0.0.1::12345', '--publish', '127.0.0.1::9090'],
    ...['--tmpfs', `/data:size=1m,uid=1000,gid=1000`],
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    image,
  )
  const container = stdout.trim()
  const portOf = async (inside: number) => {
    const { stdout } = await docker('port', container, `${inside}/tcp`)
    return Number(stdout.trim().split(':').at(-1))
  }
  const admin = `http://127.0.0.1:${await portOf(9_090)}`
  const isReady = () =>
    fetch(`${admin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(isReady, 'the server is ready')
  const client = createHistoryClient({ port: await portOf(12_345), timeoutMs: 20_000 })
  return {
    client,
    /** Runs a program of Node inside; it has `fs`. */
    run: (program: string) =>
      docker('exec', container, 'node', '--eval', `const fs = require('fs'); ${program}`),
    logs: async () => (await docker('logs', container)).stdout,
    /** The bytes of the log; a tmpfs lives no longer than its container, so there is no restart to read them. */
    segments: async () => {
      const list = `for (const file of fs.readdirSync('/data').sort()) if (file.endsWith('.log'))
        process.stdout.write(fs.readFileSync('/data/' + file))`
      return (await docker('exec', container, 'node', '--eval', `const fs = require('fs'); ${list}`)).stdout
    },
    [Symbol.asyncDispose]: async () => {
      await docker('rm', '--force', '--volumes', container)
    },
  }
}

/**
 * Appends until a message is refused, several at a time; then one at a time, because what is written at once is refused
 * at once, and a single message may still fit. Returns what was acknowledged, and the refusals.
 */
async function appendUntilRefused(session: HistorySession, name: string) {
  const acknowledged = new Map<bigint, string>()
  const refusals: unknown[] = []
  let batch = 0
  const appendUntil = async (refused: () => boolean, atOnce: number) => {
    for (; !refused(); batch++) await appendBatch(atOnce)
  }
  const appendBatch = (atOnce: number) =>
    Promise.all(
      Array.from({ length: atOnce }, async (_, i) => {
        const message = `${name} ${batch}.${i} ${'x'.repeat(900)}`
        await session.append(message).then(
          (sequence) => acknowledged.set(sequence, message),
          (error: unknown) => refusals.push(error),
        )
      }),
    )
  await appendUntil(() => refusals.length > 0, 20)
  const together = refusals.length
  await appendUntil(() => refusals.length > together, 1)
  return { acknowledged, refusals }
}

test.each([
  ['in the middle of a segment, FSYNC=always', { FSYNC: 'always' }],
  ['in the middle of a segment, FSYNC=interval', { FSYNC: 'interval' }],
  ['at the beginning of a segment', { FSYNC: 'always', SEGMENT_BYTES_MAX: '4096' }],
])('a full disk, %s, refuses messages, loses none, and takes them again when it has room', async (_, env) => {
  await using server = await startOnSmallDisk(env)
  await using session = await server.client.open()
  await server.run(`fs.writeFileSync('/data/ballast', Buffer.alloc(524288))`)
  const first = await appendUntilRefused(session, 'before')
  for (const refusal of first.refusals)
    expect(refusal).toMatchObject({
      code: 'resource_exhausted',
      status: 'history_full',
    } satisfies Partial<LabError>)
  await expect(server.client.send('y'.repeat(5_000))).rejects.toMatchObject({
    code: 'resource_exhausted',
    status: 'history_full',
  })
  expect(await server.logs()).toContain('the disk is full')

  await server.run(`fs.unlinkSync('/data/ballast')`)
  const second = await appendUntilRefused(session, 'after')
  expect(second.acknowledged.size).toBeGreaterThan(0)
  expect(await server.logs()).toContain('the disk has room again')

  const acknowledged = [...first.acknowledged, ...second.acknowledged]
  const kept = await Array.fromAsync(session.read(), ({ sequence, message }) => [sequence, message])
  expect(kept).toEqual(acknowledged)
  // The log has the same: nothing of what was refused, nothing else missing.
  const log = await server.segments()
  expect(log.match(/(before|after) \d+\.\d+ x{900}/g)).toEqual(acknowledged.map(([, message]) => message))
})

const lab = useLab(['tcp-history'])

test('a second process on the same directory ends with exit code 2 and says why; the first does not notice', async () => {
  const service = lab.service('tcp-history')
  const client = createHistoryClient(await service.address())
  await client.send('before')
  const { code, stderr } = await runToExit('docker', [
    ...['exec', '--env', 'PORT=12346', '--env', 'ADMIN_PORT=9091'],
    ...[service.getId(), 'node', '/app/main.mjs'],
  ])
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('/data is in use by another process'),
  })
  expect(await client.send('after')).toEqual(['before', 'after'])
})
