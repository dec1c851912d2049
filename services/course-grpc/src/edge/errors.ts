import { createToWire, grpcStatuses } from '@polyservice-lab/service-kit/grpc'

/** Every code of the lab as its google.rpc.Code: that of every gRPC service. */
export const statusOf = grpcStatuses

/** The status of an error, with google.rpc details. */
export const toWire = createToWire('courseservice', statusOf)
