import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Runs a script of bash in a folder; `said` is its output, or its errors where there is none. */
function bash(cwd: string, script: string, env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    encoding: 'utf8',
  })
  return { status, said: (stdout || stderr).trim() }
}

describe('in a lab of three wings', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-'))
    mkdirSync(join(folder, 'scripts'))
    writeFileSync(
      join(folder, 'scripts/services.tsv'),
      '# wings: core styles watch\n# service\none\t1\t2\tcore\ttrue\n',
    )
    writeFileSync(join(folder, '.env'), 'PLAIN=1\nQUOTED="2"\nexport TWICE=3\nTWICE=4\nEMPTY=\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    ['', 'core'],
    ['core', 'core'],
    ['styles', 'core,styles'],
    ['watch,styles', 'core,watch,styles'],
    ['styles, styles', 'core,styles'],
    ['all', 'core,styles,watch'],
  ])('LAB=%j starts %s', (lab, wings) => {
    expect(bash(folder, `. ${root}/scripts/lib.sh; wings`, { LAB: lab })).toEqual({ status: 0, said: wings })
  })

  test.each(['moon', 'styles,moon', 'all,moon'])('LAB=%s is refused with the wings that there are', (lab) => {
    const said = 'There is no wing moon; there are: core styles watch all'
    expect(bash(folder, `. ${root}/scripts/lib.sh; wings`, { LAB: lab })).toEqual({ status: 2, said })
  })

  test.each([
    ['PLAIN', '1'],
    ['QUOTED', '2'],
    ['TWICE', '4'],
    ['EMPTY', 'default'],
    ['NOWHERE', 'default'],
    ['SET', 'env'],
  ])('the value of %s is %s', (variable, value) => {
    const script = `. ${root}/scripts/lib.sh; value_of ${variable} default`
    expect(bash(folder, script, { SET: 'env' })).toEqual({ status: 0, said: value })
  })
})

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0

describe.runIf(hasCompose)('host ports (needs docker compose, and no engine)', () => {
  test.each([
    ['abc', 'TCP_HISTORY_PORT="abc" is not a port (0 to 65535).'],
    ['65536', 'TCP_HISTORY_PORT="65536" is not a port (0 to 65535).'],
    ['8001', 'TCP_HISTORY_PORT and USERS_API_PORT are both 8001: set one of them to another port.'],
  ])('TCP_HISTORY_PORT=%s is named by its variable', (port, said) => {
    const env = { TCP_HISTORY_PORT: port, USERS_API_PORT: '8001' }
    expect(bash(root, 'scripts/ports.sh', env)).toEqual({ status: 1, said })
  })

  test.each([
    ['CHAT_PORT=8766-8768', { SCALE: '2', CHAT_PORT: '8766-8768' }, '8766-8768'],
    ['no CHAT_PORT', { SCALE: '2' }, '8766-8769'],
    ['SCALE=6', { SCALE: '6' }, '8766-8771'],
    ['SCALE=1', { SCALE: '1' }, '8766'],
    ['CHAT_PORT=0', { SCALE: '2', CHAT_PORT: '0' }, '0'],
  ])('with %s, the replicas of the chat have ports of their own', (_name, env, ports) => {
    const { said } = bash(root, 'COMPOSE_PROFILES=chat scripts/ports.sh --list', env)
    expect(said.split('\n')).toContain(`CHAT_PORT 127.0.0.1 ${ports}`)
  })

  test.each([
    [{ SCALE: 'x' }, 'SCALE="x" is not a number of replicas (1 to 99).'],
    [{ CHAT_PORT: '8769-8766' }, 'CHAT_PORT="8769-8766" is not a port (0 to 65535).'],
    [
      { SCALE: '2', CHAT_PORT: '9764' },
      'CHAT_PORT and CHAT_ADMIN_PORT are both 9766: set one of them to another port.',
    ],
    [
      { SCALE: '9', CHAT_PORT: '8766-8767' },
      /^Of the ports 8766-8767, \d are free for 9 replicas: set CHAT_PORT to another port, or a range\.$/,
    ],
  ])('%j is refused', (env, expected) => {
    const { status, said } = bash(root, 'scripts/ports.sh chat', env as unknown as Record<string, string>)
    expect(said).toMatch(expected)
    expect(status).not.toBe(0)
  })

  test('a service that there is not is refused with those that there are', () => {
    const script = '. scripts/lib.sh; named_services'
    const { status, said } = bash(root, script, { SERVICE: 'tcp-history,moon' })
    expect({ status, said }).toEqual({
      status: 2,
      said: expect.stringMatching(/^There is no service moon; there are: .*tcp-history/),
    })
  })
})
