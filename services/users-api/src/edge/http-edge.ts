import { ReceiveBudget, type ServiceDeps } from '@polyservice-lab/service-kit'
import { describeHttpApi } from '@polyservice-lab/service-kit/api-docs'
import {
  createHttpApp,
  createHttpServer,
  type Endpoint,
  type HttpServer,
  originOf,
  sendAnswer,
} from '@polyservice-lab/service-kit/http'
import type { Config } from '../config.ts'
import type { Authentication } from '../domain/authentication.ts'
import type { Blobs } from '../domain/blobs.ts'
import type { Courses } from '../domain/courses.ts'
import type { Exercises } from '../domain/exercises.ts'
import type { Files } from '../domain/files.ts'
import type { Users } from '../domain/users.ts'
import { basePath } from './base-path.ts'
import { toWire } from './errors.ts'
import { createFormReader } from './forms/read-form.ts'
import { writeJson } from './json/write-json.ts'
import { describeApi } from './openapi/openapi.ts'
import type { Route } from './route.ts'
import { authenticationRoutes } from './routes/authentication.ts'
import { courseRoutes } from './routes/courses.ts'
import { exerciseRoutes } from './routes/exercises.ts'
import { fileRoutes } from './routes/files.ts'
import { userRoutes } from './routes/users.ts'
import { createRouteRunner, type RouteRunner } from './run-route.ts'
import { staticFiles } from './static/static-files.ts'
import type { HostOf } from './views.ts'

/** What the API is about. */
export interface Domain {
  readonly authentication: Authentication
  readonly users: Users
  readonly files: Files
  readonly courses: Courses
  readonly exercises: Exercises
  readonly blobs: Blobs
}

const introduction = `<p>A REST API with JSON Web Tokens: users, files, courses and exercises, under <code>/api/v1</code>.</p>
<p>Begin in the <a href="/docs">documentation</a>: create a user, log in, press Authorize with the access token, then
call <code>/api/v1/users/me</code>.</p>
<ul>
<li><a href="/docs">Interactive documentation</a>: try every route</li>
<li><a href="/openapi.json">OpenAPI 3.1</a></li>
</ul>`

/** The HTTP server: the routes of the API, the pages for people and the stored files. */
export async function createHttpEdge(domain: Domain, config: Config, deps: ServiceDeps): Promise<HttpServer> {
  const { appHost, port } = config
  const hostOf: HostOf = (request) => appHost ?? originOf(request) ?? `http://localhost:${port}`
  const routes = [
    ...authenticationRoutes(domain.authentication),
    ...userRoutes(domain.users),
    ...fileRoutes(domain.files, hostOf),
    ...courseRoutes(domain.courses, hostOf),
    ...exerciseRoutes(domain.exercises),
  ]
  const runRoute = createRouteRunner({
    authentication: domain.authentication,
    bodyBytesMax: config.bodyBytesMax,
    receiveBudget: new ReceiveBudget(config.receiveBytesMax),
    readForm: createFormReader(config, domain.blobs),
  })
  const app = createHttpApp({
    endpoints: [
      ...routes.map((route) => endpointOf(route, runRoute)),
      ...(await describeHttpApi({ title: 'users-api', introduction, openApi: describeApi(routes) })),
      {
        method: 'GET',
        path: '/static/{*path}',
        operation: 'static',
        handle: staticFiles(domain.files, domain.blobs),
      },
    ],
    toWire,
    redirectsSlashes: true,
    discardBytesMax: config.uploadBytesMax,
    corsOrigins: config.corsOrigins,
    sendBytesMax: config.sendBytesMax,
    trustsProxy: config.trustsProxy,
    deps,
  })
  return createHttpServer(app, config, toWire, deps)
}

/** Express writes the names of a path with a colon, OpenAPI in braces. */
function endpointOf(route: Route, runRoute: RouteRunner): Endpoint {
  return {
    method: route.method,
    path: basePath + route.path.replace(/\{(\w+)\}/g, ':$1'),
    operation: route.operationId,
    handle: async (request, response) => {
      sendAnswer(response, { status: 200, body: writeJson(await runRoute(route, request)) })
    },
  }
}
