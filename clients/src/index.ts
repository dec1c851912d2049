export type { CallOptions, ClientOptions } from './core/call-options.ts'
export { LabError, type LabErrorCode, type LabErrorDetails } from './core/lab-error.ts'
export type { OnWire, WireEvent } from './core/wire.ts'
