import type { BudgetShare, ReceiveBudget } from '@polyservice-lab/service-kit'
import { HttpError } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import type { Authentication } from '../domain/authentication.ts'
import type { User } from '../domain/entities.ts'
import { readJsonBody } from './body.ts'
import type { Form, FormReader } from './forms/read-form.ts'
import type { JsonValue } from './json/json-value.ts'
import type { Writable } from './json/write-json.ts'
import type { Route } from './route.ts'
import { parseRequest } from './validation/parse-request.ts'

export interface RunnerDeps {
  readonly authentication: Authentication
  readonly bodyBytesMax: number
  readonly receiveBudget: ReceiveBudget
  readonly readForm: FormReader
}

/** Makes the value that a request to a route is answered with. */
export type RouteRunner = (route: Route, request: Request) => Promise<Writable>

/** Who is asking, or the error that says that nobody knows. */
type Caller = { readonly user: User | undefined } | { readonly error: unknown }

/**
 * Runs routes; the order of checks is that of the contract: a body that cannot be parsed, then who is asking, then
 * path, query and body together.
 */
export function createRouteRunner(deps: RunnerDeps): RouteRunner {
  const { authentication, bodyBytesMax, receiveBudget, readForm } = deps

  async function authenticate(request: Request): Promise<User> {
    const [scheme, token] = splitOnce(request.headers.authorization ?? '')
    if (scheme.toLowerCase() !== 'bearer')
      throw new HttpError(401, 'Not authenticated', { 'WWW-Authenticate': 'Bearer' })
    return authentication.authenticate(token)
  }

  async function askCaller(route: Route, request: Request): Promise<Caller> {
    if (!route.secured) return { user: undefined }
    return authenticate(request).then(
      (user) => ({ user }),
      (error: unknown) => ({ error }),
    )
  }

  async function readBody(
    route: Route,
    request: Request,
    share: BudgetShare,
    caller: Caller,
  ): Promise<Form | { values: JsonValue | undefined } | undefined> {
    if (route.body === undefined) return undefined
    if (route.body.kind === 'json') return { values: await readJsonBody(request, bodyBytesMax, share) }
    // Nobody's bytes do not go to the disk.
    const keeps = route.body.kind === 'upload' && 'user' in caller
    return readForm(request, share, keeps ? 'upload_file' : undefined)
  }

  return async (route, request) => {
    const caller = await askCaller(route, request)
    // Held until the route has ended: so long is the body, or what was made of it, in memory.
    using share = receiveBudget.open()
    const written = await readBody(route, request, share, caller)
    await using _form = written !== undefined && Symbol.asyncDispose in written ? written : undefined
    if ('error' in caller) throw caller.error
    const input = parseRequest(route, {
      params: Object.entries(request.params) as [string, string][],
      query: queryOf(request),
      body: written?.values,
    })
    // Awaited here: the files of the form go when it has ended.
    return await route.handle({ ...input, caller: caller.user, request })
  }
}

function queryOf({ url }: Request): URLSearchParams {
  const question = url.indexOf('?')
  return new URLSearchParams(question < 0 ? undefined : url.slice(question + 1))
}

function splitOnce(header: string): [scheme: string, rest: string] {
  const blank = header.indexOf(' ')
  return blank < 0 ? [header, ''] : [header.slice(0, blank), header.slice(blank + 1)]
}
