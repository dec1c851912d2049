import type * as z from 'zod'
import { type Writable, writeJson } from '../json/write-json.ts'

/** What is wrong with one value of a request, in the terms of pydantic 2, which the clients of this API know. */
export interface Fault {
  /** Stable name of the fault: `string_too_short`. */
  readonly type: string
  /** Where: `body`, `path` or `query`, then the names on the way to the value. */
  readonly loc: readonly (string | bigint)[]
  /** One sentence for people. */
  readonly msg: string
  /** Left out where it would make the answer too large. */
  readonly input?: Writable
  /** The values that the sentence is made with. */
  readonly ctx?: Writable | undefined
}

/**
 * Translates what zod found in a value; of several issues of one field the first counts.
 * @param where `body`, `path` or `query`
 * @param missing what a fault shows as the input of a field that is not there
 */
export function describeFaults(
  issues: readonly z.core.$ZodIssue[],
  where: string,
  value: unknown,
  missing: unknown,
): Fault[] {
  const faults = new Map<PropertyKey | undefined, Fault>()
  for (const issue of issues) {
    // Models are flat: a path is the name of a field, or empty for the whole.
    const [field] = issue.path
    if (faults.has(field)) continue
    const loc = field === undefined ? [where] : [where, String(field)]
    const isThere = field === undefined || Object.hasOwn(Object(value), field)
    const input = field === undefined ? value : isThere ? Reflect.get(Object(value), field) : missing
    const { type, msg, ctx } = isThere ? describeIssue(issue) : { type: 'missing', msg: 'Field required' }
    faults.set(field, { type, loc, msg, input, ctx })
  }
  return [...faults.values()]
}

const answerBytesMax = 64 * 1024

/** The faults as an answer repeats them: without any input where all of them would make it larger than 64 KiB. */
export function limitInputs(faults: readonly Fault[]): readonly Fault[] {
  let bytes = 0
  for (const fault of faults) {
    bytes += Buffer.byteLength(writeJson({ ...fault })) + 1
    if (bytes > answerBytesMax) return faults.map(({ input: _, ...rest }) => rest)
  }
  return faults
}

function describeIssue(issue: z.core.$ZodIssue): Omit<Fault, 'loc' | 'input'> {
  if (issue.code === 'custom')
    return { type: issue.params?.['type'], msg: issue.message, ctx: issue.params?.['ctx'] }
  if (issue.code === 'too_small') {
    const msg = `String should have at least ${characters(issue.minimum)}`
    return { type: 'string_too_short', msg, ctx: { min_length: BigInt(issue.minimum) } }
  }
  if (issue.code === 'too_big') {
    const msg = `String should have at most ${characters(issue.maximum)}`
    return { type: 'string_too_long', msg, ctx: { max_length: BigInt(issue.maximum) } }
  }
  if (issue.code === 'invalid_format') {
    const pattern = String(issue.pattern).slice(1, -1)
    return {
      type: 'string_pattern_mismatch',
      msg: `String should match pattern '${pattern}'`,
      ctx: { pattern },
    }
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string')
    return { type: 'string_type', msg: 'Input should be a valid string' }
  const msg = 'Input should be a valid dictionary or object to extract fields from'
  return { type: 'model_attributes_type', msg }
}

function characters(n: number | bigint): string {
  return `${n} ${Number(n) === 1 ? 'character' : 'characters'}`
}
