import * as z from 'zod'
import type { CallOptions } from '../core/call-options.ts'
import { codeOfHttpAnswer } from '../core/http-status.ts'
import { LabError } from '../core/lab-error.ts'
import { retryAfterMs } from '../core/retries.ts'
import { type ApiClientOptions, type ApiRequest, createApiClient } from '../rest/api-client.ts'
import type { ApiResponse } from '../rest/api-response.ts'

/** A page of a list, oldest first; `next` is `after` of the page that follows, null at the end. */
export interface SagaPage<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface SagaPageOptions extends CallOptions {
  /** Items of a page, 1 to 1000. Default: 100. */
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

/** HTTP to a service of the order saga: answers are checked, and problems become LabErrors. */
export interface SagaApi {
  send<S extends z.ZodType>(
    schema: S,
    operation: `${string} /${string}`,
    request?: ApiRequest,
    call?: CallOptions,
  ): Promise<z.output<S>>
  list<S extends z.ZodType>(
    schema: S,
    path: string,
    filter: Readonly<Record<string, string | undefined>>,
    options?: SagaPageOptions,
  ): Promise<SagaPage<z.output<S>>>
}

export function createSagaApi(options: ApiClientOptions): SagaApi {
  const api = createApiClient(options)

  async function send<S extends z.ZodType>(
    schema: S,
    operation: `${string} /${string}`,
    request: ApiRequest = {},
    call?: CallOptions,
  ): Promise<z.output<S>> {
    const [method = '', path = ''] = operation.split(' ')
    const response = await api.request(method, path, request, call)
    if (response.status >= 300) throw failureOf(response)
    const { success, data, error } = schema.safeParse(response.body)
    if (success) return data
    const { status, body } = response
    throw new LabError('protocol_error', `the answer is not of the contract: ${error.message}`, {
      status,
      body,
    })
  }

  return {
    send,
    list(schema, path, filter, { limit, after, ...call } = {}) {
      const given = Object.entries({ ...filter, limit: limit?.toString(), after })
      const query = Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >
      const page = z.object({ items: z.array(schema), next: z.string().nullable() })
      return send(page, `GET /${path}`, { query }, call)
    },
  }
}

/** The error that a problem (RFC 9457) tells of. Its `reason` is the `code` of the problem. */
function failureOf({ status, headers, bytes }: ApiResponse): LabError {
  const body = problemOf(new TextDecoder().decode(bytes))
  return new LabError(codeOfHttpAnswer(status), body?.detail ?? `unexpected status ${status}`, {
    status,
    reason: body?.code,
    violations: body?.violations?.map(({ field, message }) => ({ field, description: message })) ?? [],
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
    body,
  })
}

interface ProblemBody {
  readonly detail?: string
  readonly code?: string
  readonly violations?: readonly { readonly field: string; readonly message: string }[]
}

function problemOf(text: string): ProblemBody | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
