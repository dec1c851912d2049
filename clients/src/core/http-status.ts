import { codeOfHttpStatus, errorCodes } from '@polyservice-lab/contracts/errors'
import type { LabErrorCode } from './lab-error.ts'

export { codeOfHttpStatus }

/** The code of a failed HTTP answer: the `code` of its body where there is one of ours, what its status means otherwise. */
export function codeOfHttpAnswer(status: number, body?: unknown): LabErrorCode {
  const told = (body as { readonly code?: unknown } | null | undefined)?.code
  return errorCodes.find((code) => code === told) ?? codeOfHttpStatus[status] ?? 'protocol_error'
}
