import {
  abortError,
  type CallOptions,
  type ClientOptions,
  callSignal,
  connectionError,
} from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import type { ApiResponse } from './api-response.ts'
import { failureOf } from './failures.ts'
import { describeRequest, describeResponse } from './http-wire.ts'

export interface ApiClientOptions extends ClientOptions {
  /** Access token that is sent with every request. */
  readonly token?: string | undefined
}

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** A value that is sent as JSON. */
  readonly json?: unknown
  /** A body as it is: text, bytes or a form. */
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData | URLSearchParams
}

/** HTTP to users-api: raw answers for those who look closely, checked ones for those who do not. */
export interface ApiClient {
  /** @throws LabError unavailable, deadline_exceeded, cancelled */
  request(method: string, path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse>
  get(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse>
  post(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse>
  patch(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse>
  delete(path: string, request?: ApiRequest, options?: CallOptions): Promise<ApiResponse>
  /**
   * The body of an answer with status 200.
   * @throws LabError with a code by the status, and the violations of a 422
   */
  call<T>(method: string, path: string, request?: ApiRequest, options?: CallOptions): Promise<T>
}

export const apiPath = '/api/v1'

/** Default: 127.0.0.1:8001. Redirects are not followed. */
export function createApiClient(options: ApiClientOptions = {}): ApiClient {
  const { host = '127.0.0.1', port = 8001, onWire } = options
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`

  const request: ApiClient['request'] = async (method, path, sent = {}, callOptions) => {
    const url = new URL(origin + path)
    for (const [name, value] of Object.entries(sent.query ?? {})) url.searchParams.append(name, value)
    const headers = headersOf(sent, options.token)
    const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json)
    const signal = callSignal(options, callOptions)
    onWire?.(describeRequest(method, url, headers, body))
    try {
      const init = {
        method,
        headers,
        signal,
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      } as const
      const response = await fetch(url, init)
      const bytes = await response.bytes()
      const text = new TextDecoder().decode(bytes)
      onWire?.(describeResponse(response.status, response.statusText, response.headers, text))
      return {
        status: response.status,
        headers: response.headers,
        bytes,
        body: parseBody(response.headers, text),
      }
    } catch (error) {
      if (error instanceof LabError) throw error
      if (signal.aborted) throw abortError(signal)
      throw connectionError(`${host}:${port}`, error instanceof TypeError ? (error.cause ?? error) : error)
    }
  }

  return {
    request,
    get: (path, ...rest) => request('GET', path, ...rest),
    post: (path, ...rest) => request('POST', path, ...rest),
    patch: (path, ...rest) => request('PATCH', path, ...rest),
    delete: (path, ...rest) => request('DELETE', path, ...rest),
    async call<T>(method: string, path: string, sent?: ApiRequest, callOptions?: CallOptions) {
      const response = await request(method, path, sent, callOptions)
      if (response.status !== 200) throw failureOf(response)
      return response.body as T
    },
  }
}

function headersOf({ headers, json }: ApiRequest, token: string | undefined): Headers {
  const all = new Headers(json === undefined ? {} : { 'content-type': 'application/json' })
  if (token !== undefined) all.set('authorization', `Bearer ${token}`)
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value)
  return all
}

function parseBody(headers: Headers, text: string): unknown {
  if (text === '' || headers.get('content-type')?.startsWith('application/json') !== true) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LabError('protocol_error', 'the answer is no JSON', { body: text, cause })
  }
}
