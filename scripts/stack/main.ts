// Writes the stack file of Docker Swarm, made of docker-compose.yml, to standard output: the gateway has the only ports,
// services that keep nothing themselves have replicas.
//   [LAB=WING,...] main.ts [--replicas N]    (default: every wing, 2)
//   docker stack deploy --compose-file <(npm run --silent stack) lab
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type ServiceDescription, type ServiceName, services } from '@polyservice-lab/contracts/services'
import { stringify } from 'yaml'
import { type ComposeFile, stackOf } from './swarm.ts'

const root = resolve(import.meta.dirname, '../..')
const at = process.argv.indexOf('--replicas')
const replicas = at === -1 ? 2 : Number(process.argv[at + 1])
if (!Number.isInteger(replicas) || replicas < 1) {
  process.stderr.write(`--replicas "${process.argv[at + 1] ?? ''}": not a number of replicas, from 1\n`)
  process.exit(2)
}

const profiles = process.env['LAB'] || '*'
const config = execFileSync('docker', ['compose', 'config', '--format', 'json'], {
  cwd: root,
  env: { ...process.env, COMPOSE_PROFILES: profiles === 'all' ? '*' : `${profiles},watch` },
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
})
const stack = stackOf(JSON.parse(config) as ComposeFile, {
  replicas,
  isOfLab: (name) => Object.hasOwn(services, name),
  keepsState: (name) =>
    (services as Record<string, ServiceDescription>)[name as ServiceName]?.keeps !== undefined,
  filesBelow,
})
process.stdout.write(stringify(stack, { lineWidth: 0, aliasDuplicateObjects: false }))

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).map((file) => join(path, file))
}
