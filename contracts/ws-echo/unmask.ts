/** From here on, four bytes at a time are worth the views that they need. */
const wordsFrom = 128

/**
 * Takes the mask off bytes of a payload, in place (RFC 6455, 5.3).
 * @param keys the four bytes of the mask stand in it at `keyAt`
 * @param phase how many bytes of the payload came before these
 */
export function unmask(bytes: Uint8Array, keys: Uint8Array, keyAt: number, phase: number): void {
  let at = 0
  if (bytes.length >= wordsFrom) {
    const start = -bytes.byteOffset & 3
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + start, (bytes.length - start) >> 2)
    const key = Uint8Array.from([0, 1, 2, 3], (i) => keys[keyAt + ((start + phase + i) & 3)] ?? 0)
    const word = new Uint32Array(key.buffer)[0] ?? 0
    for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ word
    for (; at < start; at++) bytes[at] = (bytes[at] ?? 0) ^ (keys[keyAt + ((phase + at) & 3)] ?? 0)
    at += words.length * 4
  }
  for (; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (keys[keyAt + ((phase + at) & 3)] ?? 0)
}
