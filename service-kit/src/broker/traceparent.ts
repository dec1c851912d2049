import { randomBytes } from 'node:crypto'

const header = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/
const zeros = /^0+$/

/**
 * A traceparent (W3C Trace Context, version 00) with a span id of its own: of the trace of its parent, or of a new trace
 * where the parent is none.
 */
export function createTraceparent(parent?: string): string {
  const [, version = 'ff', traceId = '0', spanId = '0', flags = '01'] = header.exec(parent ?? '') ?? []
  const isValid = version !== 'ff' && !zeros.test(traceId) && !zeros.test(spanId)
  const trace = isValid ? traceId : nonZero(16)
  return `00-${trace}-${nonZero(8)}-${isValid ? flags : '01'}`
}

function nonZero(bytes: number): string {
  const id = randomBytes(bytes).toString('hex')
  return zeros.test(id) ? nonZero(bytes) : id
}
