/** A JSON text as a value: an integer is a bigint of any size, a number with a fraction or an exponent is a number. */
export type JsonValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }
