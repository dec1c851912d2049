import { documentFields, type Fields, type FieldValues, parseFields } from './fields.ts'
import type { Schema } from './schema.ts'

/** An object in a body: its fields, and whatever else it has is ignored. */
export function model<F extends Fields>(fields: F): Schema<FieldValues<F>> {
  return {
    parse(input, place) {
      if (input instanceof Map) return parseFields(fields, input, place, input)
      const msg = 'Input should be a valid dictionary or object to extract fields from'
      return place.fail('model_attributes_type', msg, input)
    },
    jsonSchema: documentFields(fields),
  }
}
