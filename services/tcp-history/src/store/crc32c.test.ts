import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
test.each([
  ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes that increase', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
])('the checksum of %s is that of the standard', (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum)
})

test.each([0, 1, 2, 3, 4, 5, 8])('a checksum can be made in two parts, cut at %i', (cut) => {
  const bytes = new TextEncoder().encode('123456789')
  expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(0xe3069283)
})
