import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServiceDescription, services } from '@polyservice-lab/contracts/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { docker, runToExit } from '../support/docker.ts'

interface Stack {
  readonly services: Readonly<
    Record<
      string,
      { readonly ports?: readonly { published: number }[]; readonly deploy: { readonly replicas?: number } }
    >
  >
}

const folder = mkdtempSync(join(tmpdir(), 'stack-'))
const file = join(folder, 'stack.yml')
let stack: Stack

beforeAll(async () => {
  const { code, stdout, stderr } = await runToExit('node', ['scripts/stack/main.ts', '--replicas', '3'])
  expect([code, stderr]).toEqual([0, ''])
  writeFileSync(file, stdout)
  stack = parse((await docker('stack', 'config', '--compose-file', file)).stdout)
})
afterAll(() => rmSync(folder, { recursive: true }))

test('only the gateway is published: Swarm opens a port on all addresses of a node', () => {
  const published = Object.entries(stack.services).filter(([, { ports = [] }]) => ports.length > 0)
  expect(published.map(([name]) => name)).toEqual(['gateway'])
})

test('what keeps nothing itself has replicas, and what has a volume has one', () => {
  for (const [name, { keeps }] of Object.entries<ServiceDescription>(services))
    expect([name, stack.services[name]?.deploy.replicas]).toEqual([name, keeps === undefined ? 3 : 1])
  for (const engine of ['postgres', 'valkey', 'rabbitmq', 'gateway'])
    expect(stack.services[engine]?.deploy.replicas).toBe(1)
})

test('no file of this machine is mounted', () => {
  expect(JSON.stringify(stack)).not.toContain('"type":"bind"')
})

test('a number of replicas that is none is refused', async () => {
  const { code, stderr } = await runToExit('node', ['scripts/stack/main.ts', '--replicas', 'many'])
  expect([code, stderr]).toEqual([2, '--replicas "many": not a number of replicas, from 1\n'])
})
