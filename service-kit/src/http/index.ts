export { httpStatuses } from './http-status.ts'
