import { randomUUID } from 'node:crypto'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { createAuthentication } from './domain/authentication.ts'
import { createCourses } from './domain/courses.ts'
import { createExercises } from './domain/exercises.ts'
import { createFiles } from './domain/files.ts'
import { createUsers } from './domain/users.ts'
import { createHttpEdge } from './edge/http-edge.ts'
import { createLoginLimiter } from './security/login-limiter.ts'
import { createPasswords } from './security/passwords.ts'
import { loadSecretKey } from './security/secret-key.ts'
import { createTokens } from './security/tokens.ts'
import { openSqliteStore, type SqliteStore } from './store/sqlite-store.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const limiter = createLoginLimiter(config.loginRate, Date.now)
  const resources = new AsyncDisposableStack()
  let store: SqliteStore | undefined
  return {
    async start() {
      store = resources.use(await openSqliteStore(config.dataDir))
      const { users, files, courses, exercises, blobs } = store
      const passwords = resources.use(createPasswords())
      const tokens = await createTokens({
        secret: await loadSecretKey(config.jwtSecretKey, config.dataDir),
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
      limiter.clear()
      await store?.clear()
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
