import { randomBytes } from 'node:crypto'
import { type ServiceName, serviceNames, services } from '@polyservice-lab/contracts/services'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { docker, runToExit } from './support/docker.ts'

const volume = `lab-test-${randomBytes(4).toString('hex')}`

beforeEach(() => docker('volume', 'create', volume))
afterEach(() => docker('volume', 'rm', volume))

const imageOf = (name: ServiceName) => `polyservice-lab/${name}:${process.env['LAB_TAG'] ?? 'latest'}`
const onVolume = ['run', '--rm', '--init', '--volume', `${volume}:/data`]

/** Runs a script on the volume as root. */
const spoil = (name: ServiceName, script: string) =>
  docker(...onVolume, '--user', '0', '--entrypoint', 'node', imageOf(name), '-e', script)

/** What a service says on standard error when it does not start. */
async function complaint(name: ServiceName, ...options: string[]): Promise<string> {
  const { code, stderr } = await runToExit('docker', [...onVolume, ...options, imageOf(name)])
  expect(code).not.toBe(0)
  return stderr.trimEnd()
}

describe.each(serviceNames.filter((name) => services[name].keeps !== undefined))('%s', (name) => {
  test('names its folder and the reason, where it may not write there', async () => {
    expect(await complaint(name, '--user', '12345')).toBe(
      `${name}: /data is not permitted for the user of this process`,
    )
    await spoil(name, "fs.writeFileSync('/data/lock', ''), fs.chmodSync('/data/lock', 0o600)")
    expect(await complaint(name)).toBe(`${name}: /data/lock is not permitted for the user of this process`)
  })
})

describe.each([
  ['course-grpc', '/data/courses.sqlite'],
  ['users-api', '/data/users-api.sqlite'],
] as const)('%s', (name, file) => {
  test.each([
    [
      'of another user',
      `fs.writeFileSync('${file}', ''), fs.chmodSync('${file}', 0o600)`,
      ' is not permitted for',
    ],
    ['read-only', `fs.writeFileSync('${file}', ''), fs.chmodSync('${file}', 0o444)`, ' is not permitted for'],
    ['a directory', `fs.mkdirSync('${file}')`, ' is a directory'],
    [
      'no database',
      `fs.writeFileSync('${file}', 'x'.repeat(8192)), fs.chownSync('${file}', fs.statSync('/data').uid, 0)`,
      ': file is not a database',
    ],
  ])('names its database and the reason, where that is %s', async (_what, script, reason) => {
    await spoil(name, script)
    expect(await complaint(name)).toContain(`${name}: ${file}${reason}`)
  })
})
