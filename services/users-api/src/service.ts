import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import {
  httpDrain,
  listen,
  ReceiveBudget,
  type Service,
  type ServiceDeps,
} from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { createAuthentication } from './domain/authentication.ts'
import { createCourses } from './domain/courses.ts'
import { createExercises } from './domain/exercises.ts'
import { createFiles } from './domain/files.ts'
import { LoginLimiter } from './domain/login-limiter.ts'
import { createUsers } from './domain/users.ts'
import { answerClientError } from './edge/client-error.ts'
import { createFormReader } from './edge/forms/read-form.ts'
import { createHttpApp } from './edge/http-app.ts'
import { meterConnections } from './edge/meter-connections.ts'
import { createPages } from './edge/openapi/docs-pages.ts'
import { describeApi } from './edge/openapi/openapi.ts'
import { authenticationRoutes } from './edge/routes/authentication.ts'
import { courseRoutes } from './edge/routes/courses.ts'
import { exerciseRoutes } from './edge/routes/exercises.ts'
import { fileRoutes } from './edge/routes/files.ts'
import { userRoutes } from './edge/routes/users.ts'
import { createRouteRunner } from './edge/run-route.ts'
import { staticFiles } from './edge/static/static-files.ts'
import { createPasswords } from './security/passwords.ts'
import { loadSecretKey } from './security/secret-key.ts'
import { createTokens } from './security/tokens.ts'
import { openSqliteStore, type SqliteStore } from './store/sqlite-store.ts'

/** Leaves a processor to everything else. */
const hashing = { concurrencyMax: Math.max(1, Math.min(4, availableParallelism() - 1)), queueMax: 500 }

export function createService(config: Config, { logger, metrics }: ServiceDeps): Service {
  const limiter = new LoginLimiter(config.loginRate, Date.now)
  const server = createServer({
    maxHeaderSize: config.headerBytesMax,
    requestTimeout: config.requestTimeoutMs,
    headersTimeout: Math.min(config.requestTimeoutMs, 30_000),
  })
  server.maxConnections = config.connectionsMax
  // A client that neither sends nor goes away does not keep the store from being closed.
  const drain = httpDrain(server, config.shutdownTimeoutMs * 0.8)
  meterConnections(server, metrics)
  server.on('clientError', answerClientError)
  const resources = new AsyncDisposableStack()
  let store: SqliteStore | undefined

  async function start(): Promise<void> {
    store = resources.use(await openSqliteStore(config.dataDir))
    const passwords = resources.use(createPasswords(hashing))
    const tokens = await createTokens({
      secret: await loadSecretKey(config.jwtSecretKey, config.dataDir),
      lifetimeS: config.tokenLifetimeS,
      newId: randomUUID,
      now: Date.now,
    })
    const authentication = createAuthentication({ store: store.users, passwords, tokens, limiter })
    const { policy, appHost, corsOrigins } = config
    const limits = { ...config, receiveBudget: new ReceiveBudget(config.receiveBytesMax) }
    const domainDeps = { policy, newId: randomUUID }
    const files = createFiles({ store: store.files, ...domainDeps })
    const routes = [
      ...authenticationRoutes(authentication),
      ...userRoutes(createUsers({ store: store.users, passwords, ...domainDeps })),
      ...fileRoutes(files, appHost),
      ...courseRoutes(createCourses({ store: store.courses, ...domainDeps }), appHost),
      ...exerciseRoutes(createExercises({ store: store.exercises, ...domainDeps })),
    ]
    const app = createHttpApp({
      routes,
      runRoute: createRouteRunner({
        authentication,
        bodyLimits: limits,
        readForm: createFormReader(limits, store.blobs),
      }),
      pages: await createPages(describeApi(routes)),
      staticFiles: staticFiles(files, store.blobs),
      corsOrigins,
      discardBytesMax: config.uploadBytesMax,
      logger,
      metrics,
    })
    server.on('request', app)
    await listen(server, config.port, config.host)
  }

  return {
    start,
    async reset() {
      limiter.clear()
      await store?.clear()
    },
    async [Symbol.asyncDispose]() {
      await drain()
      await resources.disposeAsync()
    },
  }
}
