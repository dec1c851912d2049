import * as z from 'zod'

/** A value that a scalar refuses, in the terms of pydantic 2. */
export class ScalarError extends Error {
  readonly type: string
  readonly context: Readonly<Record<string, unknown>> | undefined

  constructor(type: string, message: string, context?: Readonly<Record<string, unknown>>) {
    super(message)
    this.type = type
    this.context = context
  }
}

/**
 * A schema of one value of a body, path, query or form.
 * @param parse throws ScalarError
 * @param jsonSchema what the document shows of it
 */
export function scalar<T>(parse: (input: unknown) => T, jsonSchema: z.GlobalMeta) {
  return z
    .unknown()
    .meta(jsonSchema)
    .transform((input, { issues }): T => {
      try {
        return parse(input)
      } catch (error) {
        if (!(error instanceof ScalarError)) throw error
        const { type, message, context: ctx } = error
        issues.push({ code: 'custom', message, params: { type, ctx }, input })
        return z.NEVER
      }
    })
}

/** A text that a rule of the domain may refuse: `broken` gives the sentence that says how. */
export function refined(schema: z.ZodString, broken: (value: string) => string | undefined): z.ZodString {
  return schema.superRefine((value, { addIssue }) => {
    const sentence = broken(value)
    const params = { type: 'value_error', ctx: { error: {} } }
    if (sentence !== undefined) addIssue({ code: 'custom', message: `Value error, ${sentence}`, params })
  })
}

/** @throws ScalarError for what is no string of whole characters */
export function requireString(input: unknown): string {
  if (typeof input !== 'string') throw new ScalarError('string_type', 'Input should be a valid string')
  if (input.isWellFormed()) return input
  const sentence = 'Input should be a valid string, unable to parse raw data as a unicode string'
  throw new ScalarError('string_unicode', sentence)
}
