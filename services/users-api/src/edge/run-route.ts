import type { IncomingMessage } from 'node:http'
import type { Authentication } from '../domain/authentication.ts'
import type { User } from '../domain/entities.ts'
import { type BodyLimits, readJsonBody } from './body.ts'
import { HttpError } from './errors.ts'
import type { Form, FormReader } from './forms/read-form.ts'
import type { JsonValue } from './json/json-value.ts'
import type { Writable } from './json/write-json.ts'
import type { Route } from './route.ts'
import { parseRequest } from './validation/parse-request.ts'

export interface RunnerDeps {
  readonly authentication: Authentication
  readonly bodyLimits: BodyLimits
  readonly readForm: FormReader
}

export type RouteRunner = (
  route: Route,
  request: IncomingMessage,
  params: ReadonlyMap<string, string>,
  query: URLSearchParams,
) => Promise<Writable>

/** Who is asking, or the error that says that nobody knows. */
type Caller = { readonly user: User | undefined } | { readonly error: unknown }

/**
 * Runs routes; the order of checks is that of the contract: a body that cannot be parsed, then who is asking, then
 * path, query and body together.
 */
export function createRouteRunner({ authentication, bodyLimits, readForm }: RunnerDeps): RouteRunner {
  async function authenticate(request: IncomingMessage): Promise<User> {
    const [scheme, token] = splitOnce(request.headers.authorization ?? '')
    if (scheme.toLowerCase() !== 'bearer')
      throw new HttpError(401, 'Not authenticated', { 'WWW-Authenticate': 'Bearer' })
    return authentication.authenticate(token)
  }

  async function askCaller(route: Route, request: IncomingMessage): Promise<Caller> {
    if (!route.secured) return { user: undefined }
    return authenticate(request).then(
      (user) => ({ user }),
      (error: unknown) => ({ error }),
    )
  }

  async function readBody(
    route: Route,
    request: IncomingMessage,
    caller: Caller,
  ): Promise<Form | { values: JsonValue | undefined } | undefined> {
    if (route.body === undefined) return undefined
    if (route.body.kind === 'json') return { values: await readJsonBody(request, bodyLimits) }
    // Nobody's bytes do not go to the disk.
    const keeps = route.body.kind === 'upload' && 'user' in caller
    return readForm(request, keeps ? 'upload_file' : undefined)
  }

  return async (route, request, params, query) => {
    const caller = await askCaller(route, request)
    const written = await readBody(route, request, caller)
    await using _form = written !== undefined && Symbol.asyncDispose in written ? written : undefined
    if ('error' in caller) throw caller.error
    const input = parseRequest(route, { params, query, body: written?.values })
    // Awaited here: the files of the form go when it has ended.
    return await route.handle({ ...input, caller: caller.user, request })
  }
}

function splitOnce(header: string): [scheme: string, rest: string] {
  const blank = header.indexOf(' ')
  return blank < 0 ? [header, ''] : [header.slice(0, blank), header.slice(blank + 1).trim()]
}
