import { services } from '@polyservice-lab/contracts/services'
import {
  abortError,
  beforeAbort,
  type CallOptions,
  type ClientOptions,
  callDeadline,
  callSignal,
  connectionError,
  hostPort,
} from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { withRetries } from '../core/retries.ts'
import { type Tell, tellExchange } from '../core/wire.ts'
import type { ApiResponse } from './api-response.ts'
import { describeRequest, describeResponse } from './http-wire.ts'
import { retryFault } from './retry-policy.ts'
import type { Session } from './session.ts'

export interface ApiClientOptions extends ClientOptions {
  /** Access token that is sent with every request. */
  readonly token?: string | undefined
  /** Gives the access token in place of `token`, and another one when the server answers 401. */
  readonly session?: Session | undefined
}

export type Query = Readonly<Record<string, string>>

export interface ApiRequest {
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  /** A value that is sent as JSON. */
  readonly json?: unknown
  /** A body as it is: text, bytes or a form. */
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData | URLSearchParams
}

/**
 * HTTP to users-api: every answer as it is, whatever its status. The other REST clients are made of this one. `Body` is the
 * type that the caller takes a JSON body to have: it is not checked.
 */
export interface ApiClient {
  /**
   * Sends a request.
   * @throws LabError unavailable, deadline_exceeded, cancelled; invalid_argument for what HTTP cannot send
   */
  request<Body = unknown>(
    method: string,
    path: string,
    request?: ApiRequest,
    options?: CallOptions,
  ): Promise<ApiResponse<Body>>
  get<Body = unknown>(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse<Body>>
  post<Body = unknown>(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse<Body>>
  patch<Body = unknown>(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse<Body>>
  delete<Body = unknown>(
    path: string,
    request?: ApiRequest,
    options?: CallOptions,
  ): Promise<ApiResponse<Body>>
}

export const apiPath = '/api/v1'

/**
 * Makes the path of one thing of a collection.
 * @throws LabError invalid_argument for an id that no URL can hold (WHATWG URL, 4.2)
 */
export function withId(path: string, id: string): string {
  if (/^\.{1,2}$/.test(id) || !id.isWellFormed())
    throw unsendable(`no URL can hold the id ${JSON.stringify(id)}`)
  return `${path}/${encodeURIComponent(id)}`
}

/**
 * Default: 127.0.0.1:8001. Redirects are not followed.
 * @example
 * const { status, body } = await createApiClient().get('/api/v1/users/me')
 */
export function createApiClient(options: ApiClientOptions = {}): ApiClient {
  const { host = '127.0.0.1', port = services['users-api'].port } = options
  const address = hostPort(host, port)

  async function send(
    tell: Tell | undefined,
    method: string,
    path: string,
    sent: ApiRequest,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<ApiResponse> {
    const { url, headers, body, init } = prepare(address, method, path, sent, token)
    tell?.(describeRequest(method, url, headers, body))
    try {
      const response = await fetch(url, { ...init, signal })
      const bytes = await response.bytes()
      const text = new TextDecoder().decode(bytes)
      tell?.(describeResponse(response, text))
      return {
        status: response.status,
        headers: response.headers,
        bytes,
        body: parseBody(response.headers, text),
      }
    } catch (error) {
      if (error instanceof LabError) throw error
      if (signal.aborted) throw abortError(signal)
      if (
        error instanceof TypeError &&
        /^bad port$/.test(String((error.cause as Error | undefined)?.message))
      )
        throw unsendable(`port ${port} is one that fetch refuses`)
      throw connectionError(address, error instanceof TypeError ? (error.cause ?? error) : error)
    }
  }

  async function request<Body>(
    method: string,
    path: string,
    sent: ApiRequest = {},
    callOptions?: CallOptions,
  ): Promise<ApiResponse<Body>> {
    const { retries, session } = options
    const tell = tellExchange(options.onWire, 'http')
    const signal = callSignal(options, callOptions)
    const context = { retries, signal, deadline: callDeadline(options, callOptions), tell }
    const sendWith = (token: string | undefined) =>
      withRetries(
        () => send(tell, method, path, sent, token, signal),
        (outcome) => retryFault(method, outcome),
        context,
      ) as Promise<ApiResponse<Body>>
    if (session === undefined) return sendWith(options.token)
    const token = await beforeAbort(signal, () => session.accessToken())
    const response = await sendWith(token)
    if (response.status !== 401) return response
    return sendWith(await beforeAbort(signal, () => session.renew(token)))
  }

  return {
    request,
    get: (path, ...rest) => request('GET', path, ...rest),
    post: (path, ...rest) => request('POST', path, ...rest),
    patch: (path, ...rest) => request('PATCH', path, ...rest),
    delete: (path, ...rest) => request('DELETE', path, ...rest),
  }
}

/** Makes of a request what fetch takes. @throws LabError invalid_argument for what cannot be sent */
function prepare(address: string, method: string, path: string, sent: ApiRequest, token: string | undefined) {
  if (!path.isWellFormed()) throw unsendable(`no URL can hold the path ${JSON.stringify(path)}`)
  try {
    const url = new URL(`http://${address}${path}`)
    for (const [name, value] of Object.entries(sent.query ?? {})) url.searchParams.append(name, value)
    const headers = headersOf(sent, token)
    const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json)
    const init = { method, headers, redirect: 'manual', body: body ?? null } as const
    // Refuses what fetch would refuse, before anything is sent.
    new Request(url, init)
    return { url, headers, body, init }
  } catch (cause) {
    throw unsendable((cause as Error).message, cause)
  }
}

function unsendable(problem: string, cause?: unknown): LabError {
  return new LabError('invalid_argument', `the request cannot be sent: ${problem}`, { cause })
}

function headersOf({ headers, json, body }: ApiRequest, token: string | undefined): Headers {
  const type = json === undefined ? typeOf(body) : 'application/json'
  const all = new Headers(type === undefined ? {} : { 'content-type': type })
  if (token !== undefined) all.set('authorization', `Bearer ${token}`)
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value)
  return all
}

/** What fetch would send, said here so that `onWire` is told; the type of a form holds a boundary, which fetch makes. */
function typeOf(body: ApiRequest['body']): string | undefined {
  if (typeof body === 'string') return 'text/plain;charset=UTF-8'
  return body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : undefined
}

/** JSON, and what is written in JSON (RFC 6839, 3.1), in any case. */
const jsonType = /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i

function parseBody(headers: Headers, text: string): unknown {
  if (text === '' || !jsonType.test(headers.get('content-type') ?? '')) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LabError('protocol_error', 'the answer is no JSON', { body: text, cause })
  }
}
