import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkPackages } from '../support/link-packages.ts'
import { rules } from './rules.ts'

const root = resolve(import.meta.dirname, '../..')

/** For each rule a module that breaks it, and no other. */
const broken: Readonly<Record<string, readonly [file: string, source: string]>> = {
  'no-circle': ['clients/src/circle.ts', "import { b } from './turn.ts'\nexport const a = b"],
  found: ['clients/src/not-found.ts', "import 'no-such-package'"],
  'packages-by-name': ['clients/src/by-path.ts', "import '../../contracts/services.ts'"],
  contracts: ['contracts/upside-down.ts', "export type { A } from '@polyservice-lab/clients'"],
  kit: ['service-kit/src/upside-down.ts', "import '@polyservice-lab/clients'"],
  shop: ['shop/src/upside-down.ts', "import '@polyservice-lab/clients'"],
  charging: ['charging/src/upside-down.ts', "import '@polyservice-lab/clients'"],
  service: ['services/a/src/other.ts', "import '@polyservice-lab/b'"],
  clients: ['clients/src/kit.ts', "import '@polyservice-lab/service-kit'"],
  testcontainers: ['testcontainers/src/kit.ts', "import '@polyservice-lab/service-kit'"],
  outside: ['bench/src/kit.ts', "import '@polyservice-lab/service-kit'"],
  tests: ['tests/a.test.ts', "import '@polyservice-lab/service-kit'"],
  scripts: ['scripts/service.ts', "await import('@polyservice-lab/b')"],
  domain: ['services/a/src/domain/clock.ts', "import 'node:timers'"],
  store: ['services/a/src/store/edge.ts', "import type { Route } from '../edge/route.ts'"],
  'store-without-protocol': ['services/a/src/store/socket.ts', "import 'node:net'"],
  edge: ['services/a/src/edge/store.ts', "import '../store/rows.ts'"],
  'edge-without-database': ['services/a/src/edge/sql.ts', "import 'kysely'"],
  'service-without-socket': ['services/a/src/service.ts', "import express from 'express'"],
  main: ['services/a/src/main.ts', "import './domain/rule.ts'"],
}

const kept: Readonly<Record<string, string>> = {
  'clients/package.json': manifest('clients', { '.': './src/index.ts' }),
  'clients/src/index.ts':
    "import type { ErrorCode } from '@polyservice-lab/contracts/errors'\nexport type A = ErrorCode",
  'clients/src/turn.ts': "import { a } from './circle.ts'\nexport const b = a",
  'services/b/package.json': manifest('b', { '.': './src/index.ts' }),
  'services/b/src/index.ts': '',
  'services/a/src/edge/route.ts': "import 'express'\nimport '../domain/rule.ts'\nexport type Route = string",
  'services/a/src/store/rows.ts':
    "import 'kysely'\nimport '../domain/rule.ts'\nimport '@polyservice-lab/service-kit/sqlite'",
  'services/a/src/domain/rule.ts':
    "import { AppError } from '@polyservice-lab/service-kit/app-error'\nexport { AppError }",
  'services/a/src/domain/rule.test.ts': "import '../store/rows.ts'",
}

function manifest(name: string, exports: object): string {
  return JSON.stringify({ name: `@polyservice-lab/${name}`, type: 'module', exports })
}

let tree = ''
beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'import-rules-'))
  for (const folder of ['contracts', 'service-kit'])
    cpSync(join(root, folder), join(tree, folder), {
      recursive: true,
      filter: (path) => !/node_modules|\.test\.ts/.test(path),
    })
  const files = [...Object.entries(kept), ...Object.values(broken)]
  for (const [file, source] of files) write(file, source)
  linkPackages(tree)
})
afterAll(() => rmSync(tree, { recursive: true }))

function write(file: string, source: string): void {
  mkdirSync(dirname(join(tree, file)), { recursive: true })
  writeFileSync(join(tree, file), source)
}

test('each rule refuses what breaks it, and nothing else', async () => {
  const { code, output } = await run(tree)
  const faults = [...output.matchAll(/^ {2}error ([\w-]+): (\S+)/gm)].map(([, rule, file]) => [rule, file])
  const mine = faults.filter(([, file]) => !/^(contracts|service-kit)\/(?!.*upside-down)/.test(file ?? ''))
  expect(mine.toSorted()).toEqual(
    Object.entries(broken)
      .map(([rule, [file]]) => [rule, file])
      .toSorted(),
  )
  expect(code).toBeGreaterThan(0)
  expect(Object.keys(broken).toSorted()).toEqual(rules.map(({ name }) => name).toSorted())
}, 30_000)

async function run(where: string): Promise<{ code: number; output: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  return new Promise((done) => {
    const child = execFile(process.execPath, [main, where], (_error, stdout) =>
      done({ code: child.exitCode ?? 1, output: stdout }),
    )
  })
}
