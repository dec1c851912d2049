import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { type StatusObject, status } from '@grpc/grpc-js'
import { BadRequestSchema, ErrorInfoSchema, StatusSchema } from '@polyservice-lab/contracts/grpc'
import { LabError, type LabErrorCode } from '../core/lab-error.ts'

/** The statuses of the services and of grpc-js as codes of the lab. What says that a server failed is `internal`. */
const codeOfStatus: Readonly<Partial<Record<status, LabErrorCode>>> = {
  [status.CANCELLED]: 'cancelled',
  [status.UNKNOWN]: 'internal',
  [status.INVALID_ARGUMENT]: 'invalid_argument',
  [status.DEADLINE_EXCEEDED]: 'deadline_exceeded',
  [status.NOT_FOUND]: 'not_found',
  [status.ALREADY_EXISTS]: 'already_exists',
  [status.PERMISSION_DENIED]: 'permission_denied',
  [status.RESOURCE_EXHAUSTED]: 'resource_exhausted',
  [status.FAILED_PRECONDITION]: 'failed_precondition',
  [status.OUT_OF_RANGE]: 'out_of_range',
  [status.UNIMPLEMENTED]: 'unimplemented',
  [status.INTERNAL]: 'internal',
  [status.UNAVAILABLE]: 'unavailable',
  [status.UNAUTHENTICATED]: 'unauthenticated',
}

/** The same by the names of the statuses. */
export const codeOfStatusName: Readonly<Record<string, LabErrorCode>> = Object.fromEntries(
  Object.entries(codeOfStatus).map(([number, code]) => [status[Number(number)], code]),
)

/** The code of the lab for a google.rpc.Code; one that there is not breaks the protocol. */
export function labCode(code: number): LabErrorCode {
  return codeOfStatus[code as status] ?? 'protocol_error'
}

/** The error of a call that ended with a status, with what google.rpc.Status tells of it. */
export function statusError({ code, details, metadata }: StatusObject, cause?: unknown): LabError {
  const rich = richStatus(metadata.get('grpc-status-details-bin')[0])
  const violations = find(rich, BadRequestSchema)?.fieldViolations ?? []
  const reason = find(rich, ErrorInfoSchema)?.reason.toLowerCase()
  return new LabError(labCode(code), details, {
    status: status[code] ?? code,
    // Some servers name the code again.
    reason: reason === labCode(code) ? undefined : reason,
    violations: violations.map(({ field, description }) => ({ field, description })),
    requestId: metadata.get('x-request-id')[0]?.toString(),
    cause,
  })
}

type RichStatus = MessageShape<typeof StatusSchema>

function richStatus(details: string | Buffer | undefined): RichStatus | undefined {
  return Buffer.isBuffer(details) ? parse(StatusSchema, details) : undefined
}

function find<D extends DescMessage>(rich: RichStatus | undefined, schema: D): MessageShape<D> | undefined {
  return rich?.details.map((any) => anyUnpack(any, schema)).find((message) => message !== undefined)
}

/** Undefined for bytes that are no such message: what a peer says wrong must not hide what it says right. */
function parse<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> | undefined {
  try {
    return fromBinary(schema, bytes)
  } catch {
    return undefined
  }
}
