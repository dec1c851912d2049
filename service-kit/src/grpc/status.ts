import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt'
import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { ErrorCode } from '@polyservice-lab/contracts/errors'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  encodeMessage,
  RequestInfoSchema,
  ResourceInfoSchema,
  StatusSchema,
} from '@polyservice-lab/contracts/grpc'
import type { AppError } from '../app-error.ts'

/** The google.rpc.Code of each code of the lab; a service overrides the rows that its contract fixes otherwise. */
export const grpcStatuses = {
  invalid_argument: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  permission_denied: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  failed_precondition: status.FAILED_PRECONDITION,
  out_of_range: status.OUT_OF_RANGE,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  insufficient_storage: status.RESOURCE_EXHAUSTED,
  cancelled: status.CANCELLED,
  deadline_exceeded: status.DEADLINE_EXCEEDED,
  unimplemented: status.UNIMPLEMENTED,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
} as const satisfies Record<ErrorCode, status>

/** Makes the status of an error, for the call of this id. */
export type ToWire = (error: AppError, requestId: string) => StatusObject

/** What the contract of a service has otherwise. */
export interface ToWireOptions {
  /** The reason of ErrorInfo, in lower case; without one there is no ErrorInfo. Default: the code. */
  readonly reasonOf?: (error: AppError) => string | undefined
  /** Default: the text of the error. */
  readonly textOf?: (error: AppError) => string
  /** Whether RequestInfo is among the details. Default: true. */
  readonly hasRequestInfo?: boolean
}

/**
 * Makes the `toWire` of an edge: status and text of an error, and the google.rpc.Status with its details in
 * `grpc-status-details-bin` (AIP-193). Violations name fields as protos do: `courseId` becomes `course_id`.
 * @param domain who defines the reasons of ErrorInfo
 */
export function createToWire(
  domain: string,
  statuses: Readonly<Record<ErrorCode, status>>,
  {
    reasonOf = ({ code }) => code,
    textOf = ({ message }) => message,
    hasRequestInfo = true,
  }: ToWireOptions = {},
): ToWire {
  return (error, requestId) => {
    const { violations, resource } = error.details
    const reason = reasonOf(error)
    const details: Any[] = []
    if (reason !== undefined) details.push(pack(ErrorInfoSchema, { reason: reason.toUpperCase(), domain }))
    if (hasRequestInfo) details.push(pack(RequestInfoSchema, { requestId }))
    if (violations !== undefined) {
      const fieldViolations = violations.map(({ field, description }) => ({
        field: protoName(field),
        description,
      }))
      details.push(pack(BadRequestSchema, { fieldViolations }))
    }
    if (resource !== undefined)
      details.push(pack(ResourceInfoSchema, { resourceType: resource.type, resourceName: resource.name }))
    const code = statuses[error.code]
    const message = textOf(error)
    const metadata = new Metadata()
    metadata.set('grpc-status-details-bin', encodeMessage(StatusSchema, { code, message, details }))
    return { code, details: message, metadata }
  }
}

/** The name of a field in a proto: `pageSize` is `page_size`. */
export function protoName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function pack<D extends DescMessage>(schema: D, fields: MessageInitShape<D>): Any {
  return create(AnySchema, {
    typeUrl: `type.googleapis.com/${schema.typeName}`,
    value: encodeMessage(schema, fields),
  })
}
