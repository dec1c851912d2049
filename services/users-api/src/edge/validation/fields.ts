import type { Input, Place, Schema } from './schema.ts'
import { type Invalid, invalid, type JsonSchema } from './schema.ts'

/** A field that may be left out. */
export interface OptionalField<T> {
  readonly optional: Schema<T>
}

/** A field that takes a value of its own when it is left out. */
export interface DefaultField<T> {
  readonly schema: Schema<T>
  readonly otherwise: T
}

export type Field = Schema<unknown> | OptionalField<unknown> | DefaultField<unknown>
export type Fields = Readonly<Record<string, Field>>

type ValueOf<F> =
  F extends Schema<infer T>
    ? T
    : F extends OptionalField<infer T>
      ? T
      : F extends DefaultField<infer T>
        ? T
        : never
type OptionalKeys<F> = { [K in keyof F]: F[K] extends OptionalField<unknown> ? K : never }[keyof F]

/** The object that the fields make. */
export type FieldValues<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>
}

export function optional<T>(schema: Schema<T>): OptionalField<T> {
  return { optional: schema }
}

export function withDefault<T>(schema: Schema<T>, otherwise: T): DefaultField<T> {
  return { schema, otherwise }
}

/**
 * Validates each field in its order; faults of all of them are noted. Values without a field are left out.
 * @param missing what a fault shows as the input of a field that is not there
 */
export function parseFields<F extends Fields>(
  fields: F,
  values: ReadonlyMap<string, Input>,
  place: Place,
  missing: Input,
): FieldValues<F> | Invalid {
  const parsed: Record<string, unknown> = {}
  let valid = true
  for (const [name, field] of Object.entries(fields)) {
    const input = values.get(name)
    const value =
      input === undefined ? absent(field, place.at(name), missing) : given(field, input, place.at(name))
    if (value === invalid) valid = false
    else if (value !== undefined) parsed[name] = value
  }
  return valid ? (parsed as FieldValues<F>) : invalid
}

function given(field: Field, input: Input, place: Place): unknown {
  return schemaOf(field).parse(input, place)
}

function absent(field: Field, place: Place, missing: Input): unknown {
  if ('optional' in field) return undefined
  return 'otherwise' in field ? field.otherwise : place.fail('missing', 'Field required', missing)
}

export function schemaOf(field: Field): Schema<unknown> {
  if ('optional' in field) return field.optional
  return 'otherwise' in field ? field.schema : field
}

export function isRequired(field: Field): boolean {
  return !('optional' in field || 'otherwise' in field)
}

/** The JSON Schema of an object with the fields. */
export function documentFields(fields: Fields): JsonSchema {
  const entries = Object.entries(fields)
  const required = entries.filter(([, field]) => isRequired(field)).map(([name]) => name)
  const properties = entries.map(([name, field]) => [
    name,
    { ...schemaOf(field).jsonSchema, ...('otherwise' in field ? { default: field.otherwise } : {}) },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  }
}
