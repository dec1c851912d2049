export { createGrpcServer, type GrpcLimits, type GrpcServer, type GrpcServerOptions } from './grpc-server.ts'
export { type Handlers, type Route, serveMethods } from './handlers.ts'
export type { CallContext } from './server-call.ts'
export { createToWire, grpcStatuses, protoName, type ToWire } from './status.ts'
