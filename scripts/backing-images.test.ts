import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')

function run(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, lines: stdout.trim().split('\n'), stderr }
}

const started = (wings: string, env: Record<string, string> = {}) =>
  run(
    'docker',
    ['compose', ...wings.split(',').flatMap((wing) => ['--profile', wing]), 'config', '--services'],
    env,
  ).lines

const engines = ['postgres', 'databases', 'valkey', 'rabbitmq', 'gateway', 'prometheus', 'grafana', 'jaeger']
const ownEvents = Object.fromEntries(
  ['ORDERS', 'CUSTOMERS', 'PAYMENTS', 'CARDS', 'NOTIFICATIONS', 'ORCHESTRATOR'].map((name) => [
    `${name}_DATABASE_URL`,
    'postgres://db/x',
  ]),
)

test.each([
  ['core', {}, []],
  ['styles', {}, ['postgres', 'databases']],
  ['chat', {}, ['valkey']],
  ['events', {}, ['postgres', 'databases', 'rabbitmq']],
  ['watch', {}, ['gateway', 'prometheus', 'grafana', 'jaeger']],
  ['all', {}, engines],
  ['styles', { SHOP_DATABASE_URL: 'postgres://db/shop' }, []],
  ['chat', { CHAT_REDIS_URL: 'rediss://cache' }, []],
  ['events', { SAGA_AMQP_URL: 'amqps://broker/vhost' }, ['postgres', 'databases']],
  ['events', { ORDERS_DATABASE_URL: 'postgres://db/orders' }, ['postgres', 'databases', 'rabbitmq']],
  ['events', ownEvents, ['rabbitmq']],
  ['styles,events', { SHOP_DATABASE_URL: 'postgres://db/shop' }, ['postgres', 'databases', 'rabbitmq']],
])('the profile %s with %j starts the engines %j', (wings, env, expected) => {
  expect(
    started(wings, env)
      .filter((service) => engines.includes(service))
      .sort(),
  ).toEqual([...expected].sort())
})

test.each([
  [{}, []],
  [{ USERS_API_STORE: 'postgres' }, ['databases', 'postgres']],
  [{ USERS_API_STORE: 'postgres', USERS_API_DATABASE_URL: 'postgres://db/x' }, []],
  [{ SERVICE: 'postgres' }, ['postgres']],
  [{ LAB: 'chat,watch' }, ['gateway', 'grafana', 'jaeger', 'prometheus', 'valkey']],
])('make up with %j brings the engines %j', (env, expected) => {
  const { lines } = run('bash', ['-c', '. scripts/lib.sh; choose_to_start; echo "$services"'], env)
  expect(lines.filter((service) => engines.includes(service)).sort()).toEqual(expected)
})

test('a machine with a registry pulls official images, each replaceable by its variable', () => {
  const { lines } = run('scripts/backing-images.sh', ['--dry-run'], {
    VALKEY_IMAGE: 'redis:8.0',
    POSTGRES_IMAGE: 'postgres:17.5',
  })
  expect(lines.map((line) => line.replace(/ +#.*/, '')).sort()).toEqual([
    'docker pull --quiet grafana/grafana:11.4.0',
    'docker pull --quiet jaegertracing/jaeger:2.1.0',
    'docker pull --quiet nginx:1.26',
    'docker pull --quiet postgres:17.5',
    'docker pull --quiet prom/prometheus:v2.53.3',
    'docker pull --quiet rabbitmq:4.0-management',
    'docker pull --quiet redis:8.0',
  ])
})

test('an image that cannot be had is named and its service left out', () => {
  const image = '127.0.0.1:1/no-registry:1'
  const { status, lines, stderr } = run('scripts/backing-images.sh', ['grafana', 'users-api'], {
    GRAFANA_IMAGE: image,
  })
  expect({ status, lines }).toEqual({ status: 0, lines: ['users-api'] })
  expect(stderr).toContain(`${image}: cannot be had`)
  expect(stderr).toContain('grafana: left out')
})

test('a service that is none is refused with the list of those that are', () => {
  const { status, stderr } = run('scripts/backing-images.sh', ['postgress'])
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(/There is no service postgress; .*\bpostgres\b/),
  })
})
