declare global {
  interface JSON {
    /** A value that `stringify` writes as it is (ECMAScript 2026). */
    rawJSON(text: string): object
  }
}

/** What can be written: parsed JSON, the objects that handlers answer with, and what has a `toJSON` of its own. */
export type Writable =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Writable[]
  | { readonly [key: string]: Writable | undefined }

/**
 * Writes compact JSON (RFC 8259). A bigint is an integer; a number is written as a number with a fraction or an
 * exponent, the way it would be read back as one, and as null where it is not finite. Lone surrogates are escaped.
 */
export function writeJson(value: Writable): string {
  return JSON.stringify(value, writeNumber)
}

function writeNumber(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(String(value))
  return typeof value === 'number' && Number.isFinite(value) ? JSON.rawJSON(writeFloat(value)) : value
}

/** Decimal exponents outside of these are written with an `e`: 1e-05, 1e+16. */
const fixedExponents = { min: -4, max: 15 } as const

function writeFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa, exponentText] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (value !== 0 && (exponent < fixedExponents.min || exponent > fixedExponents.max))
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  const fixed = String(value)
  return fixed.includes('.') ? fixed : `${fixed}.0`
}
