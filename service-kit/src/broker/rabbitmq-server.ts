import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'

/** The image of docker-compose.yml. */
const image = process.env['RABBITMQ_IMAGE'] || 'rabbitmq:4.0-management'

const repositoryRoot = resolve(import.meta.dirname, '../../..')

/** Starts a RabbitMQ of its own for tests, on a port that it keeps over a restart. Disposing it removes it. */
export async function startRabbitmqServer() {
  // It is removed on dispose, also where the image of testcontainers' reaper cannot be pulled.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  await promisify(execFile)('scripts/backing-images.sh', ['rabbitmq'], { cwd: repositoryRoot })
  const port = randomInt(20_000, 30_000)
  const started = await new GenericContainer(image)
    .withHostname('rabbitmq')
    .withUser('999:999')
    .withEnvironment({ RABBITMQ_DEFAULT_USER: 'lab', RABBITMQ_DEFAULT_PASS: 'lab' })
    .withCopyFilesToContainer([
      {
        source: resolve(repositoryRoot, 'backing/rabbitmq.conf'),
        target: '/etc/rabbitmq/conf.d/20-lab.conf',
        mode: 0o644,
      },
    ])
    .withExposedPorts({ container: 5672, host: port })
    .withWaitStrategy(Wait.forLogMessage('Server startup complete'))
    .withStartupTimeout(120_000)
    .start()
  const { container: runtime } = await getContainerRuntimeClient()
  return {
    url: `amqp://lab:lab@127.0.0.1:${port}`,
    container: runtime.getById(started.getId()),
    /** Runs rabbitmqctl. */
    control: (...command: string[]) => started.exec(['rabbitmqctl', '--quiet', ...command], { user: '999' }),
    [Symbol.asyncDispose]: async () => {
      await started.stop()
    },
  }
}
