import { documentFields, type Fields, type FieldValues, parseFields } from './fields.ts'
import type { Input, Invalid, JsonSchema, Place, Schema } from './schema.ts'

/** The fields of a form; of equal names the last counts. */
export type FormValues = ReadonlyMap<string, Input>

/** What the body of a request must be. */
export interface RequestBody<B> {
  /** How it is read: a JSON value, a form of texts, or a form with a file. */
  readonly kind: 'json' | 'form' | 'upload'
  readonly jsonSchema: JsonSchema
  /** @param body undefined where there is none */
  parse(body: Input | FormValues | undefined, place: Place): B | Invalid
}

export function jsonBody<T>(schema: Schema<T>): RequestBody<T> {
  return {
    kind: 'json',
    jsonSchema: schema.jsonSchema,
    parse: (body, place) =>
      body === undefined ? place.fail('missing', 'Field required', null) : schema.parse(body as Input, place),
  }
}

export function formBody<F extends Fields>(kind: 'form' | 'upload', fields: F): RequestBody<FieldValues<F>> {
  return {
    kind,
    jsonSchema: documentFields(fields),
    parse: (body, place) => parseFields(fields, body instanceof Map ? body : new Map(), place, null),
  }
}
