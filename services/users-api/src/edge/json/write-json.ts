/** What can be written: parsed JSON, and the plain objects that handlers answer with. */
export type Writable =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Writable[]
  | ReadonlyMap<string, Writable>
  | { readonly [key: string]: Writable | undefined }

/**
 * Writes compact JSON (RFC 8259). A bigint is an integer; a number is written as a number with a fraction or an
 * exponent, the way it would be read back as one, and as null where it is not finite. Lone surrogates are escaped.
 */
export function writeJson(value: Writable): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return writeFloat(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  let members = ''
  for (const [key, member] of value instanceof Map ? value : Object.entries(value))
    if (member !== undefined)
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${writeJson(member)}`
  return `{${members}}`
}

/** Exponents outside of these are written with an `e`, shortest digits first: 1e-05, 1e+16. */
const fixedExponents = { min: -4, max: 15 } as const

function writeFloat(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (value !== 0 && (exponent < fixedExponents.min || exponent > fixedExponents.max)) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const fixed = exponent < 0 ? fixedFraction(mantissa, -exponent) : String(value)
  return fixed.includes('.') ? fixed : `${fixed}.0`
}

function fixedFraction(mantissa: string, zeros: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  return `${sign}0.${'0'.repeat(zeros - 1)}${mantissa.replace(/[-.]/g, '')}`
}
