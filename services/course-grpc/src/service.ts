import { readFile } from 'node:fs/promises'
import {
  CourseService,
  Health,
  ServerReflectionV1,
  ServerReflectionV1alpha,
} from '@polyservice-lab/contracts/course-grpc'
import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config, TlsFiles } from './config.ts'
import { type Catalogue, createCatalogue } from './domain/catalogue.ts'
import { courseHandlers } from './edge/course-service.ts'
import { healthHandlers } from './edge/health-service.ts'
import { reflectionHandlers, reflectionV1alphaHandlers } from './edge/reflection-service.ts'
import { GrpcServer } from './edge/transport/grpc-server.ts'
import { type Route, routesOf } from './edge/transport/handlers.ts'
import { openCourseStore } from './store/sqlite-course-store.ts'

/** The share of SHUTDOWN_TIMEOUT_MS that the drain of the server may take; the rest is for closing the store. */
const drainShare = 0.9

const services = [CourseService, Health, ServerReflectionV1, ServerReflectionV1alpha]

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  let catalogue: Catalogue | undefined

  return {
    async start() {
      const store = resources.use(await openCourseStore(config))
      catalogue = createCatalogue(store, config)
      const tls = await readTls(config.tls)
      const server = new GrpcServer({ ...config, limits: config, routes: routes(catalogue), tls }, deps)
      await server.start(config.port, config.host)
      resources.defer(() => server.drain(config.shutdownTimeoutMs * drainShare))
    },

    async reset() {
      await catalogue?.reset()
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function routes(catalogue: Catalogue): readonly Route[] {
  const names = services.map(({ typeName }) => typeName)
  return [
    ...routesOf(CourseService, courseHandlers(catalogue)),
    ...routesOf(Health, healthHandlers(names)),
    ...routesOf(ServerReflectionV1, reflectionHandlers(services)),
    ...routesOf(ServerReflectionV1alpha, reflectionV1alphaHandlers(services)),
  ]
}

/** @throws Error naming the file that cannot be read */
async function readTls(files: TlsFiles | undefined) {
  if (files === undefined) return undefined
  const [cert, key, ca] = await Promise.all([
    readFile(files.certificate),
    readFile(files.key),
    files.clientCa === undefined ? undefined : readFile(files.clientCa),
  ])
  return { cert, key, ca }
}
