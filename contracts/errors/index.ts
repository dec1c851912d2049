export { type ErrorCode, errorCodes, type FieldViolation } from './error-codes.ts'
export { codeOfHttpStatus, httpStatuses } from './http-status.ts'
