import type { BudgetShare, ReceiveBudget } from '@polyservice-lab/service-kit'
import { HttpError } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import type { Authentication } from '../domain/authentication.ts'
import type { User } from '../domain/entities.ts'
import { readJsonBody } from './body.ts'
import type { Form, FormReader } from './forms/read-form.ts'
import type { JsonValue } from './json/json-value.ts'
import type { Writable } from './json/write-json.ts'
import type { BodyKind, Route } from './route.ts'
import { parseRequest } from './validation/parse-request.ts'

export interface RunnerDeps {
  readonly authentication: Authentication
  readonly bodyBytesMax: number
  readonly receiveBudget: ReceiveBudget
  readonly readForm: FormReader
}

/** Makes the value that a request to a route is answered with. */
export type RouteRunner = (route: Route, request: Request) => Promise<Writable>

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

  async function readBody(
    kind: BodyKind,
    request: Request,
    share: BudgetShare,
    isKnown: boolean,
  ): Promise<Form | { values: JsonValue | undefined }> {
    if (kind === 'json') return { values: await readJsonBody(request, bodyBytesMax, share) }
    // Nobody's bytes do not go to the disk.
    return readForm(request, share, kind === 'upload' && isKnown ? 'upload_file' : undefined)
  }

  function run(route: Route, request: Request, caller: User | undefined, body?: unknown): Promise<Writable> {
    const { path, query, body: parsed } = parseRequest(route, request, body)
    return route.handle({ path, query, body: parsed, caller, request })
  }

  return async (route, request) => {
    const asking = route.secured ? authenticate(request) : undefined
    if (route.body === undefined) return run(route, request, await asking)
    const [caller] = await Promise.allSettled([asking])
    // Held until the route has ended: so long is the body, or what was made of it, in memory.
    using share = receiveBudget.open()
    const written = await readBody(route.body.kind, request, share, caller.status === 'fulfilled')
    await using _form = Symbol.asyncDispose in written ? written : undefined
    if (caller.status === 'rejected') throw caller.reason
    // Awaited here: the files of the form go when it has ended.
    return await run(route, request, caller.value, written.values)
  }
}

function splitOnce(header: string): [scheme: string, rest: string] {
  const blank = header.indexOf(' ')
  return blank < 0 ? [header, ''] : [header.slice(0, blank), header.slice(blank + 1)]
}
