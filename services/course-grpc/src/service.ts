import type { Service, ServiceDeps } from '@polyservice-lab/service-kit'
import type { Config } from './config.ts'
import { type Catalogue, createCatalogue } from './domain/catalogue.ts'
import { createCourseServer } from './edge/course-server.ts'
import { openCourseStore } from './store/sqlite-course-store.ts'

export function createService(config: Config, deps: ServiceDeps): Service {
  const resources = new AsyncDisposableStack()
  let catalogue: Catalogue | undefined

  return {
    async start() {
      const store = resources.use(await openCourseStore(config))
      catalogue = createCatalogue(store, config)
      const server = await createCourseServer(catalogue, config, deps)
      await server.start(config.port, config.host)
      resources.defer(() => server.drain(config.drainTimeoutMs))
    },

    async reset() {
      await catalogue?.reset()
    },

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
