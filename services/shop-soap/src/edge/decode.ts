import { AppError } from '@polyservice-lab/service-kit/app-error'

/** The names of encodings that are read, as senders write them. */
const encodings: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  'utf-16': 'utf-16be',
  'utf-16be': 'utf-16be',
  'utf-16le': 'utf-16le',
}

const charsetParameter = /;\s*charset\s*=\s*"?([^\s;"]+)/i
const declaration = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']/
const declarationBytesMax = 200

/**
 * The text of a document. A byte order mark says its encoding, else the charset of its type, else its XML declaration
 * (RFC 7303, 3); UTF-8 where none does.
 * @throws AppError invalid_argument for another encoding, and for bytes that are not of theirs
 */
export function decodeXml(bytes: Buffer, contentType: string): string {
  const encoding = byteOrder(bytes) ?? named(bytes, contentType)
  if (encoding === undefined) throw new AppError('invalid_argument', 'the encoding is not UTF-8 or UTF-16')
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('invalid_argument', `the bytes are not ${encoding.toUpperCase()}`, { cause })
  }
}

function byteOrder(bytes: Buffer): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined
}

function named(bytes: Buffer, contentType: string): string | undefined {
  const start = bytes.toString('latin1', 0, declarationBytesMax)
  const name = charsetParameter.exec(contentType)?.[1] ?? declaration.exec(start)?.[1] ?? 'utf-8'
  const encoding = encodings[name.toLowerCase()]
  // Without a mark, the first character says the order, for it is markup.
  return name.toLowerCase() === 'utf-16' && bytes[0] !== 0 ? 'utf-16le' : encoding
}
