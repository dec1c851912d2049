import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker, repositoryRoot, runToExit } from '../support/docker.ts'

const engines = ['postgres', 'valkey', 'rabbitmq', 'gateway', 'prometheus']
const variables = [
  'POSTGRES_PORT',
  'VALKEY_PORT',
  'RABBITMQ_PORT',
  'RABBITMQ_MANAGEMENT_PORT',
  'GATEWAY_PORT',
  'GATEWAY_GRPC_PORT',
  'PROMETHEUS_PORT',
]

const project = `lab-backing-${process.pid}`
const env = {
  ...process.env,
  COMPOSE_PROJECT_NAME: project,
  ...Object.fromEntries(variables.map((name) => [name, '0'])),
}

const compose = async (args: readonly string[], more: Record<string, string> = {}) =>
  (
    await promisify(execFile)('docker', ['compose', ...args], {
      cwd: repositoryRoot,
      env: { ...env, ...more },
    })
  ).stdout

const inside = (service: string, command: string) => compose(['exec', '-T', service, 'sh', '-c', command])

const psql = (database: string, user: string, statement: string) =>
  inside('postgres', `PGPASSWORD=lab psql -h 127.0.0.1 -qtA -U ${user} -d ${database} -c "${statement}"`)

const valkey = (command: string) =>
  inside('valkey', `redis-cli --no-auth-warning --user "$VALKEY_USER" ${command}`)

describe('the engines', () => {
  beforeAll(async () => {
    await promisify(execFile)('scripts/backing-images.sh', engines, { cwd: repositoryRoot })
    await compose(['up', '--detach', '--wait', '--wait-timeout', '120', ...engines])
  }, 300_000)

  afterAll(async () => {
    await compose(['--profile', '*', 'down', '--volumes', '--remove-orphans'])
  })

  test('run as users of their own, on file systems that cannot be written, without capabilities', async () => {
    const ids = (await compose(['ps', '--quiet'])).trim().split('\n')
    const { stdout } = await docker('inspect', ...ids)
    const containers = JSON.parse(stdout) as {
      Config: { User: string }
      HostConfig: Record<string, unknown>
    }[]
    expect(containers).toHaveLength(engines.length)
    for (const { Config, HostConfig } of containers) {
      expect(Config.User).toMatch(/^\d{2,}:\d{2,}$/)
      expect(HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
      })
    }
  })

  test('a database and a role for each service are made where they are missing, at every start', async () => {
    await compose(['run', '--rm', 'databases', 'shop'])
    await psql('shop', 'shop', 'create table kept (id int)')
    await compose(['run', '--rm', 'databases', 'shop', 'late'])
    expect(await psql('shop', 'shop', 'select count(*) from kept')).toBe('0\n')
    expect(await psql('late', 'late', 'select current_user')).toBe('late\n')
    await expect(psql('shop', 'late', 'select 1')).rejects.toThrow(/permission denied for database/)
  })

  test('Valkey keeps what it acknowledged when it is killed, and asks for the password', async () => {
    expect(await valkey('set answer 42')).toBe('OK\n')
    await compose(['kill', '--signal', 'KILL', 'valkey'])
    await compose(['up', '--detach', '--wait', 'valkey'])
    expect(await valkey('get answer')).toBe('42\n')
    expect(await inside('valkey', 'REDISCLI_AUTH= redis-cli get answer')).toContain('NOAUTH')
  })

  test('make reset forgets what an engine keeps, and starts no other', async () => {
    await valkey('set answer 42')
    const running = await compose(['ps', '--services'])
    const reset = promisify(execFile)('scripts/reset.sh', {
      cwd: repositoryRoot,
      env: { ...env, SERVICE: 'valkey' },
    })
    expect((await reset).stdout).toContain('valkey')
    expect(await valkey('dbsize')).toBe('0\n')
    expect(await compose(['ps', '--services'])).toBe(running)
  })

  test('RabbitMQ keeps its queues when it is started again, and holds a consumer for hours', async () => {
    const ask = (path: string, ...args: string[]) =>
      inside('rabbitmq', `rabbitmqctl --silent ${path} ${args.join(' ')}`)
    await ask('add_vhost', 'kept')
    await compose(['restart', 'rabbitmq'])
    await compose(['up', '--detach', '--wait', 'rabbitmq'])
    expect(await ask('list_vhosts')).toContain('kept')
    expect(await ask('eval', `'application:get_env(rabbit, consumer_timeout).'`)).toContain('21600000')
  })

  test('the gateway answers for a service that does not run', async () => {
    const address = (await compose(['port', 'gateway', '8080'])).trim()
    const { stdout } = await runToExit('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-H',
      'Host: users.localhost',
      `http://${address}/`,
    ])
    expect(stdout).toBe('502')
  })
})
