import type { ErrorCode } from '../errors/index.ts'

type Problem = readonly [status: number, code: string]

/** What the HTTP answers of all services of the saga say of an error: its status, and the `code` of the problem. */
export const problems = {
  codes: {
    invalid_argument: [422, 'invalid'],
    unauthenticated: [403, 'forbidden_origin'],
    permission_denied: [403, 'forbidden_origin'],
    not_found: [404, 'not_found'],
    already_exists: [409, 'payment_differs'],
    failed_precondition: [409, 'order_not_pending'],
    out_of_range: [422, 'invalid'],
    resource_exhausted: [413, 'too_large'],
    insufficient_storage: [503, 'unavailable'],
    cancelled: [503, 'unavailable'],
    deadline_exceeded: [503, 'unavailable'],
    unimplemented: [405, 'method_not_allowed'],
    unavailable: [503, 'unavailable'],
    internal: [500, 'internal'],
  } as const satisfies Record<ErrorCode, Problem>,
  /** What the contract tells apart further, by the reason of the error. */
  reasons: {
    invalid_json: [400, 'invalid_json'],
    invalid_idempotency_key: [400, 'invalid_idempotency_key'],
    order_not_pending: [409, 'order_not_pending'],
    payment_differs: [409, 'payment_differs'],
    currency_fixed: [409, 'currency_fixed'],
    not_replayable: [409, 'not_replayable'],
    idempotency_key_reused: [422, 'idempotency_key_reused'],
    outbox_full: [503, 'outbox_full'],
  } as const satisfies Record<string, Problem>,
  /** Faults that HTTP itself names by a status. */
  statuses: {
    400: 'invalid_json',
    404: 'not_found',
    405: 'method_not_allowed',
    408: 'unavailable',
    413: 'too_large',
    415: 'unsupported_media_type',
    417: 'invalid_json',
    431: 'too_large',
  } as const satisfies Record<number, string>,
}
