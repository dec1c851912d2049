import { errorCodes, type FieldViolation } from '@polyservice-lab/contracts/errors'
import { codeOfHttpStatus } from '../core/http-status.ts'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'
import { retryAfterMs } from '../core/retries.ts'

/** A result (GraphQL, October 2021, 7.1). */
export interface GraphqlResult<Data> {
  readonly data?: Data | null | undefined
  readonly errors?: readonly {
    readonly message: string
    readonly extensions?: {
      readonly code?: string
      readonly reason?: string
      readonly violations?: readonly FieldViolation[]
    }
  }[]
}

/**
 * The data of a result without errors.
 * @param status of the HTTP answer, or the close code of the WebSocket
 * @throws LabError
 */
export function dataOf<Data>(
  result: GraphqlResult<Data> | undefined,
  status?: number,
  headers?: Headers,
): Data {
  const { data, errors: [error] = [] } = result ?? {}
  if (error === undefined && data !== undefined && data !== null) return data
  const { code, reason, violations } = error?.extensions ?? {}
  throw new LabError(codeOf(code, status), error?.message ?? `unexpected status ${status}`, {
    ...{ status, reason, violations: violations ?? [], body: result },
    requestId: headers?.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(headers?.get('retry-after') ?? null),
  })
}

/** Whatever is wrong with a request has a code of its own in GraphQL; a status tells more of it where there is one. */
function codeOf(told: string | undefined, status: number | undefined): LabErrorCode {
  const code = errorCodes.find((one) => one === told?.toLowerCase())
  if (code !== undefined) return code
  const ofStatus = status === undefined || status === 200 ? undefined : codeOfHttpStatus[status]
  return ofStatus ?? (told === undefined ? 'protocol_error' : 'invalid_argument')
}
