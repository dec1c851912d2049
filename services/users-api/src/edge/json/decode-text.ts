const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** A surrogate code point in the form that UTF-8 forbids (RFC 3629 section 3), as latin1. */
const encodedSurrogate = /\xed[\xa0-\xbf][\x80-\xbf]/g

/**
 * The text of a JSON body: UTF-8 with or without a byte order mark, or UTF-16 (RFC 4627 section 3 tells them apart
 * by the zero bytes at the start). An encoded surrogate becomes a lone one, so that validation can name the field.
 * @throws TypeError when the bytes are not text
 */
export function decodeText(bytes: Buffer): string {
  const encoding = detectEncoding(bytes)
  if (encoding !== 'utf-8') return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  try {
    return utf8.decode(bytes)
  } catch (error) {
    const latin1 = bytes.toString('latin1')
    const surrogates = latin1.match(encodedSurrogate)
    if (surrogates === null) throw error
    const between = latin1.split(encodedSurrogate)
    return between
      .map((part, i) => utf8.decode(Buffer.from(part, 'latin1')) + surrogate(surrogates[i]))
      .join('')
  }
}

function surrogate(encoded: string | undefined): string {
  if (encoded === undefined) return ''
  const [, high = 0, low = 0] = Buffer.from(encoded, 'latin1')
  return String.fromCharCode(0xd000 | ((high & 0x3f) << 6) | (low & 0x3f))
}

function detectEncoding([first, second, third]: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0 && second !== undefined && second !== 0) return 'utf-16be'
  if (first !== undefined && first !== 0 && second === 0 && third !== 0) return 'utf-16le'
  return 'utf-8'
}
