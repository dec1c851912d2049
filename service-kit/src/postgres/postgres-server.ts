import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import { getContainerRuntimeClient } from 'testcontainers'

/** The image of docker-compose.yml. */
const image = process.env['POSTGRES_IMAGE'] || 'postgres:17-trixie'

const repositoryRoot = resolve(import.meta.dirname, '../../..')

/** Starts a PostgreSQL of its own for tests, on a port that it keeps over a restart. Disposing it removes it. */
export async function startPostgresServer() {
  // It is removed on dispose, also where the image of testcontainers' reaper cannot be pulled.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  await promisify(execFile)('scripts/backing-images.sh', ['postgres'], { cwd: repositoryRoot })
  const started = await new PostgreSqlContainer(image)
    .withExposedPorts({ container: 5432, host: await freePort() })
    .withTmpFs({ '/small': 'size=1m,mode=0700,uid=999,gid=999' })
    .start()
  const { container: runtime } = await getContainerRuntimeClient()
  const container = runtime.getById(started.getId())
  return {
    url: started.getConnectionUri(),
    container,
    /** Runs a shell command as the user of the server. */
    run: (command: string) => started.exec(['sh', '-c', command], { user: '999' }),
    [Symbol.asyncDispose]: async () => {
      await started.stop()
    },
  }
}

/** Below the ports that systems give to outgoing connections. */
async function freePort(): Promise<number> {
  const port = randomInt(20_000, 30_000)
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
  return isFree ? port : freePort()
}
