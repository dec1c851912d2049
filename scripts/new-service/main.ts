// Makes a service that starts, is healthy and passes the tables that all services pass: its folder, contract, client,
// container and tests out of template/, and its row in every list.
//   npm run new:service NAME [-- --no-install]    (--no-install leaves it to you to link the new workspace)
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { serviceNames, services } from '@polyservice-lab/contracts/services'

const root = resolve(import.meta.dirname, '../..')
const template = join(import.meta.dirname, 'template')
/** Below are the ports of services that are planned, above those of other protocols. */
const ports = { first: 8020, last: 8099 }

const [name = '', option] = process.argv.slice(2)
const problem = problemOf(name)
if (problem !== undefined) {
  process.stderr.write(`${problem}\nUsage: npm run new:service NAME\n`)
  process.exit(2)
}
const port = freePort()
const pascalName = name
  .split('-')
  .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  .join('')

const written = new Set<string>()
for (const file of globSync('**/*.tmpl', { cwd: template })) {
  const target = fill(file.slice(0, -'.tmpl'.length))
  mkdirSync(dirname(join(root, target)), { recursive: true })
  write(target, fill(readFileSync(join(template, file), 'utf8')))
}
insert(
  'contracts/services.ts',
  '} as const satisfies Record<string, ServiceDescription>',
  `  '__name__': {
    port: __port__,
    adminPort: ${port + 1000},
    wing: 'core',
    protocol: 'REST',
    title: 'greets whoever is named',
    keeps: undefined,
    tryIt: \`curl -s http://127.0.0.1:__port__/api/v1/greetings --json '{"name": "Ada"}'\`,
  },
`,
)
exportContract()
insert('testcontainers/src/containers.ts', '} as const satisfies', `  '__name__': __Name__Container,\n`)
insert(
  'testcontainers/src/containers.ts',
  'import type { ServiceContainer }',
  "import { __Name__Container } from './__name__-container.ts'\n",
)
append(
  'testcontainers/src/index.ts',
  "export { Started__Name__Container, __Name__Container } from './__name__-container.ts'\n",
)
append(
  'clients/src/index.ts',
  "export { create__Name__Client, type __Name__Client } from './rest/__name__-client.ts'\n",
)

const files = [...written].filter((file) => /\.(ts|json)$/.test(file))
execFileSync('biome', ['check', '--write', ...files], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
if (option !== '--no-install') execFileSync('npm', ['install'], { cwd: root, stdio: 'inherit' })
execFileSync('node', ['scripts/registry/main.ts'], { cwd: root, stdio: 'inherit' })

process.stdout.write(`${name} is made, on port ${port}. See it:
  make up SERVICE=${name}
  npx vitest run --project lab tests/${name}
  npx vitest run --project lab tests/lifecycle tests/unfinished-messages.test.ts -t ${name}
Then write what it is to be: contracts/${name}/PROTOCOL.md first.
`)

function problemOf(name: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return `"${name}" is no name of a service: lower-case words between hyphens`
  return serviceNames.some((known) => known === name) ? `There is a service ${name} already` : undefined
}

function fill(text: string): string {
  return text
    .replaceAll('__name__', name)
    .replaceAll('__Name__', pascalName)
    .replaceAll('__port__', String(port))
}

function freePort(): number {
  const taken = serviceNames.map((known): number => services[known].port)
  for (let port = ports.first; port <= ports.last; port += 1) if (!taken.includes(port)) return port
  throw new Error(`no port from ${ports.first} to ${ports.last} is free`)
}

function exportContract(): void {
  const manifest = JSON.parse(readFileSync(join(root, 'contracts/package.json'), 'utf8'))
  manifest.exports[`./${name}`] = `./${name}/index.ts`
  write('contracts/package.json', `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Puts lines before a marker of a file. */
function insert(file: string, before: string, lines: string): void {
  const text = readFileSync(join(root, file), 'utf8')
  const at = text.indexOf(before)
  if (at === -1) throw new Error(`${file} has no line that begins with ${before}`)
  write(file, text.slice(0, at) + fill(lines) + text.slice(at))
}

function append(file: string, lines: string): void {
  write(file, readFileSync(join(root, file), 'utf8') + fill(lines))
}

function write(file: string, text: string): void {
  writeFileSync(join(root, file), text)
  written.add(file)
}
