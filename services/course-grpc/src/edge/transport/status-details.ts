import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  StatusSchema,
} from '@polyservice-lab/contracts/course-grpc'
import type { AppError } from '@polyservice-lab/service-kit/app-error'
import { statusOf } from '../errors.ts'

/** Who defines the reasons of ErrorInfo. */
const domain = 'courseservice'

/** The google.rpc.Status of an error (AIP-193), for the trailer `grpc-status-details-bin`. */
export function encodeStatusDetails(error: AppError, requestId: string): string {
  const { violations, resource } = error.details
  const details = [
    pack(ErrorInfoSchema, { reason: error.code.toUpperCase(), domain }),
    pack(RequestInfoSchema, { requestId }),
  ]
  if (violations !== undefined) details.push(pack(BadRequestSchema, { fieldViolations: [...violations] }))
  if (resource !== undefined)
    details.push(pack(ResourceInfoSchema, { resourceType: resource.type, resourceName: resource.name }))
  const status = create(StatusSchema, { code: statusOf[error.code], message: error.message, details })
  // Binary metadata goes without padding ("gRPC over HTTP/2", Custom-Metadata).
  return Buffer.from(toBinary(StatusSchema, status)).toString('base64').replace(/=+$/, '')
}

function pack<D extends DescMessage>(schema: D, fields: MessageInitShape<D>): Any {
  return create(AnySchema, {
    typeUrl: `type.googleapis.com/${schema.typeName}`,
    value: toBinary(schema, create(schema, fields)),
  })
}
