import { randomBytes, randomUUID } from 'node:crypto'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { createAuthentication } from './domain/authentication.ts'
import { createCourses } from './domain/courses.ts'
import { createExercises } from './domain/exercises.ts'
import { createFiles } from './domain/files.ts'
import { createUsers } from './domain/users.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createLoginFailures, createLoginLimiter } from './security/login-limiter.ts'
import { createPasswords } from './security/passwords.ts'
import { createTokens } from './security/tokens.ts'
import type { OpenStore } from './store/open-store.ts'

const secretKeyBytes = 64

export function createService(config: Config, deps: ServiceDeps): Service {
  const ownFailures = createLoginFailures(Date.now)
  const resources = new AsyncDisposableStack()
  let store: OpenStore | undefined
  return {
    async start() {
      store = resources.use(await openStore(config, deps))
      const { users, files, courses, exercises, blobs, loginFailures = ownFailures } = store
      const limiter = createLoginLimiter(config.loginRate, loginFailures)
      const passwords = resources.use(createPasswords())
      const tokens = await createTokens({
        secret: await secretKey(config, store),
        lifetimeS: config.tokenLifetimeS,
        newId: randomUUID,
        now: Date.now,
      })
      const rules = { policy: config.policy, newId: randomUUID }
      const domain = {
        authentication: createAuthentication({ store: users, passwords, tokens, limiter }),
        users: createUsers({ store: users, passwords, ...rules }),
        files: createFiles({ store: files, ...rules }),
        courses: createCourses({ store: courses, ...rules }),
        exercises: createExercises({ store: exercises, ...rules }),
        blobs,
      }
      await resources.use(await createHttpEdge(domain, config, deps)).start()
    },
    async reset() {
      ownFailures.clear()
      await store?.clear()
    },
    async notReady() {
      return store === undefined || (await store.isReady()) ? undefined : 'the database is not available'
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Loads the database that is asked for, and not the other. */
async function openStore(
  { databaseUrl, dataDir }: Config,
  { logger, metrics }: ServiceDeps,
): Promise<OpenStore> {
  if (databaseUrl === undefined) return (await import('./store/sqlite-store.ts')).openSqliteStore(dataDir)
  const { openPostgresStore } = await import('./store/postgres-store.ts')
  return openPostgresStore({ url: databaseUrl, dataDir, logger, metrics })
}

/** The key that was given, or one that is made at the first start and kept. */
async function secretKey({ jwtSecretKey }: Config, store: OpenStore): Promise<Uint8Array<ArrayBuffer>> {
  if (jwtSecretKey !== undefined) return new TextEncoder().encode(jwtSecretKey)
  return new Uint8Array(await store.secretKey(randomBytes(secretKeyBytes)))
}
