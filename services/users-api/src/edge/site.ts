import type { IncomingMessage } from 'node:http'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import type { Exchange } from './exchange.ts'
import { type Page, servePage } from './openapi/docs-pages.ts'

export interface SiteOptions {
  readonly pages: readonly Page[]
  /** Serves what is below /static/. */
  readonly staticFiles: RequestHandler
}

/** Everything around the API that is there to GET, as patterns of paths. */
export function sitePaths({ pages }: SiteOptions): string[] {
  return [...pages.map(({ path }) => path), '/static/*']
}

type Fail = (error: unknown, request: IncomingMessage, response: Exchange) => void

/** The pages for people and the stored files. */
export function createSite(options: SiteOptions, fail: Fail) {
  let app: Promise<Express> | undefined
  return async (request: IncomingMessage, response: Exchange): Promise<void> => {
    app ??= createApp(options, fail)
    const answer = await app
    answer(request, response)
  }
}

/** Express is loaded for the first who asks for a page: it is a fifth of a start, and clients of the API do not need it. */
async function createApp({ pages, staticFiles }: SiteOptions, fail: Fail): Promise<Express> {
  const { default: express } = await import('express')
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.enable('case sensitive routing').enable('strict routing')
  for (const page of pages) app.get(page.path, servePage(page))
  app.use('/static', staticFiles)
  // Express tells an error handler by its four parameters.
  const onError: ErrorRequestHandler = (error: unknown, request, response, _next) =>
    fail(error, request, response as unknown as Exchange)
  app.use(onError)
  return app
}
