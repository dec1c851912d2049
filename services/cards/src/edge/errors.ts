import { createToWire, grpcStatuses } from '@polyservice-lab/service-kit/grpc'

/** The status of an error, with google.rpc details: every code of the lab as its google.rpc.Code. */
export const toWire = createToWire('cards', grpcStatuses)
