/**
 * A JSON text as a value that forgets nothing a client can see again: an integer is a bigint of any size, a number
 * with a fraction or an exponent is a number, and an object is a Map in the order of its keys.
 */
export type JsonValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>
