export interface ParametrizedHeader {
  /** In lower case, without blanks around. */
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

const parameter = /;\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g

/** A header value with parameters: `form-data; name="a"; filename="b"` (RFC 9110 section 5.6.6). */
export function parseParameters(header: string): ParametrizedHeader {
  const [value = ''] = header.split(';', 1)
  const parameters = new Map<string, string>()
  for (const [, name = '', written = ''] of header.matchAll(parameter)) {
    const quoted = written.startsWith('"') && written.endsWith('"') && written.length >= 2
    parameters.set(
      name.toLowerCase(),
      quoted ? written.slice(1, -1).replace(/\\(["\\])/g, '$1') : written.trim(),
    )
  }
  return { value: value.trim().toLowerCase(), parameters }
}
