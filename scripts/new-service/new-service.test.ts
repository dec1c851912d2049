import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkPackages } from '../support/link-packages.ts'

const root = resolve(import.meta.dirname, '../..')
const minutes = 60_000

describe('a service that is new', () => {
  let tree = ''
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`

  function run(program: string, ...args: string[]): void {
    const env = { ...process.env, PATH: path }
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: tree, env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
  }

  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'new-service-'))
    const files = ['ls-files', '--cached', '--others', '--exclude-standard']
    for (const file of execFileSync('git', files, { cwd: root, encoding: 'utf8' }).trim().split('\n'))
      if (existsSync(join(root, file))) cpSync(join(root, file), join(tree, file))
    linkPackages(tree)
    run('node', 'scripts/new-service/main.ts', 'hello-there', '--no-install')
  }, minutes)
  afterAll(() => rmSync(tree, { recursive: true }))

  test(
    'compiles, and holds the import rules',
    () => {
      run('tsc', '--project', 'tsconfig.json')
      run('node', 'scripts/import-rules/main.ts')
      run('node', 'scripts/registry/main.ts', '--check')
    },
    minutes,
  )

  test(
    'starts, is healthy, answers and stops',
    async () => {
      const [port = 0, adminPort = 0] = await freePorts(2)
      const env = { ...process.env, PORT: String(port), ADMIN_PORT: String(adminPort), HOST: '127.0.0.1' }
      const service = spawn('node', ['services/hello-there/src/main.ts'], { cwd: tree, env })
      const exited = once(service, 'exit')
      for await (const line of createInterface(service.stdout)) if (line.includes('"ready"')) break
      const health = await fetch(`http://127.0.0.1:${adminPort}/readyz`)
      const body = JSON.stringify({ name: 'Ada' })
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/greetings`, { method: 'POST', body })
      expect([health.status, answer.status, await answer.json()]).toEqual([
        200,
        200,
        { greeting: 'Hello, Ada!' },
      ])
      service.kill('SIGTERM')
      expect(await exited).toEqual([0, null])
    },
    minutes,
  )

  test.each([
    ['hello-there', 'There is a service hello-there already'],
    ['Hello', '"Hello" is no name of a service'],
    ['', '"" is no name of a service'],
  ])('is not made as %j', (name, problem) => {
    expect(() => run('node', 'scripts/new-service/main.ts', name)).toThrow(problem)
  })
})

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
