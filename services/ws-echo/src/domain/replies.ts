/** One reply in parts that follow each other on the wire, so that nothing is copied before it is framed. */
export type Reply = readonly Uint8Array[]

/**
 * Makes what answers a message, one reply per prefix and in their order: the prefix in UTF-8, then the message.
 * Text is UTF-8 as it came, so that text and binary are one and the same here.
 * @param prefixes encoded once, now
 */
export function repliesWith(prefixes: readonly string[]): (message: Uint8Array) => readonly Reply[] {
  const encoder = new TextEncoder()
  const encoded = prefixes.map((prefix) => encoder.encode(prefix))
  return (message) => encoded.map((prefix) => [prefix, message])
}
