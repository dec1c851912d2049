export {
  BadRequestSchema,
  ErrorInfoSchema,
  file_google_rpc_error_details,
  RequestInfoSchema,
  ResourceInfoSchema,
} from '../gen/google/rpc/error_details_pb.ts'
export { file_google_rpc_status, StatusSchema } from '../gen/google/rpc/status_pb.ts'
export { Health, HealthCheckResponse_ServingStatus } from '../gen/grpc/health/v1/health_pb.ts'
export {
  ServerReflection as ServerReflectionV1,
  type ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from '../gen/grpc/reflection/v1/reflection_pb.ts'
export { ServerReflection as ServerReflectionV1alpha } from '../gen/grpc/reflection/v1alpha/reflection_pb.ts'
export { decodeMessage, encodeMessage, methodPath } from './method.ts'
