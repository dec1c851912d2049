const bytesPerLine = 16

/**
 * Bytes in hex, and beside them the text: printable ASCII as it is, every other byte a dot.
 * @param bytesMax further bytes are counted only
 */
export function hexDump(bytes: Uint8Array, bytesMax = 512): string {
  const lines: string[] = []
  for (let at = 0; at < Math.min(bytes.length, bytesMax); at += bytesPerLine) {
    const row = bytes.subarray(at, Math.min(at + bytesPerLine, bytesMax))
    const hex = Array.from(
      row,
      (byte, i) => `${i === 8 ? ' ' : ''}${byte.toString(16).padStart(2, '0')}`,
    ).join(' ')
    const text = Array.from(row, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(bytesPerLine * 3)}  ${text}`)
  }
  if (bytes.length > bytesMax) lines.push(`… ${bytes.length - bytesMax} more bytes`)
  return lines.join('\n')
}
