import type { JsonValue } from '../json/json-value.ts'
import { Upload } from './upload.ts'

/** One value of a request before it is validated: out of a JSON body, a path, a query or a form. */
export type Input = JsonValue | Upload

/** What is wrong with one value, in the terms of pydantic 2, which the clients of this API know. */
export interface Fault {
  /** Stable name of the fault: `string_too_short`. */
  readonly type: string
  /** Where: `body`, `path` or `query`, then the names on the way to the value. */
  readonly loc: readonly (string | bigint)[]
  /** One sentence for people. */
  readonly msg: string
  readonly input: JsonValue
  /** The values that the sentence is made with. */
  readonly ctx?: Readonly<Record<string, JsonValue>>
}

/** Stands for a value whose faults were noted. */
export const invalid = Symbol('invalid')
export type Invalid = typeof invalid

/** A place in a request, and the list of its faults. */
export class Place {
  readonly faults: Fault[]
  readonly #loc: readonly string[]

  constructor(loc: readonly string[], faults: Fault[] = []) {
    this.#loc = loc
    this.faults = faults
  }

  at(name: string): Place {
    return new Place([...this.#loc, name], this.faults)
  }

  fail(type: string, msg: string, input: Input, ctx?: Fault['ctx']): Invalid {
    const value = input instanceof Upload ? input.describe() : input
    this.faults.push({ type, loc: this.#loc, msg, input: value, ...(ctx === undefined ? {} : { ctx }) })
    return invalid
  }
}

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 shows it. */
export type JsonSchema = { readonly [key: string]: unknown }

/** Turns an input into a T, or notes at its place what is wrong; and documents itself. */
export interface Schema<T> {
  parse(input: Input, place: Place): T | Invalid
  readonly jsonSchema: JsonSchema
}

/** null stays null, whatever else goes to the schema. */
export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return {
    parse: (input, place) => (input === null ? null : schema.parse(input, place)),
    jsonSchema: { anyOf: [schema.jsonSchema, { type: 'null' }] },
  }
}

/** A rule that a value of the right shape breaks or not: `broken` gives the sentence that says how. */
export function refined<T>(schema: Schema<T>, broken: (value: T) => string | undefined): Schema<T> {
  return {
    parse(input, place) {
      const value = schema.parse(input, place)
      if (value === invalid) return invalid
      const sentence = broken(value)
      return sentence === undefined ? value : failRule(place, sentence, input)
    },
    jsonSchema: schema.jsonSchema,
  }
}

/** A broken rule that has no type of its own. */
export function failRule(place: Place, sentence: string, input: Input): Invalid {
  return place.fail('value_error', `Value error, ${sentence}`, input, { error: new Map() })
}
