import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { services } from '@polyservice-lab/contracts/services'
import { UsersApiContainer } from '@polyservice-lab/testcontainers'
import { beforeAll, describe, expect, test } from 'vitest'
import { repositoryRoot, runToExit } from '../support/docker.ts'
import { freePort } from './support/free-port.ts'

const contract = resolve(repositoryRoot, 'contracts/users-api')
const names = readFileSync(join(contract, 'vectors.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => (JSON.parse(line) as { name: string }).name)

const jwtSecret = 'a-secret-key-of-the-vectors-0123456789'

interface Difference {
  readonly name: string
  readonly what: string
}

describe.each(['sqlite', 'postgres'])('on %s', (database) => {
  let differences: readonly Difference[] = []

  beforeAll(async () => {
    // The URLs of files, and so the answers, name the port: it is chosen before the start.
    const port = await freePort()
    const baseUrl = `http://127.0.0.1:${port}`
    const container = new UsersApiContainer()
      .withEnvironment({ APP_HOST: baseUrl, JWT_SECRET_KEY: jwtSecret, POLICY: 'open' })
      .withExposedPorts({ container: services['users-api'].port, host: port })
    if (database === 'postgres') container.withPostgres()
    await using _started = await container.start()
    const directory = await mkdtemp(join(tmpdir(), 'users-api-vectors-'))
    const report = join(directory, 'report.json')
    const args = ['--base-url', baseUrl, '--app-host', baseUrl, '--jwt-secret', jwtSecret]
    await runToExit('/usr/bin/python3', [
      join(contract, 'replay'),
      ...args,
      ...['--headers', '--raw', '--quiet', '--json', report],
    ])
    const result = JSON.parse(await readFile(report, 'utf8')) as {
      cases: number
      differences: Difference[]
    }
    await rm(directory, { recursive: true })
    expect(result.cases).toBe(names.length)
    differences = result.differences
  })

  test.each(names)('answers as recorded, byte for byte: %s', (name) => {
    expect(differences.filter((difference) => difference.name === name)).toEqual([])
  })
})
