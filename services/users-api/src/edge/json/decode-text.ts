/**
 * The text of a JSON body: UTF-8, or UTF-16 as the zero bytes at its start tell (RFC 4627 section 3); a byte order mark
 * is no part of it.
 * @throws TypeError when the bytes are not text
 */
export function decodeText(bytes: Buffer): string {
  return new TextDecoder(detectEncoding(bytes), { fatal: true }).decode(bytes)
}

function detectEncoding([first, second, third]: Buffer): string {
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be'
  if ((first === 0xff && second === 0xfe) || (second === 0 && third !== 0)) return 'utf-16le'
  return 'utf-8'
}
