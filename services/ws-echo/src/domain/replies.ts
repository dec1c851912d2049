/** What answers a message. */
export interface Replies {
  /** The replies in their order: a prefix in UTF-8, then the message. */
  to(message: Buffer): readonly Buffer[]
  /** How many bytes they have together. */
  bytes(message: Buffer): number
}

/**
 * Makes one reply per prefix. Text is UTF-8 as it came, so that text and binary are one and the same here.
 * @param prefixes encoded once, now
 */
export function repliesWith(prefixes: readonly string[]): Replies {
  const encoded = prefixes.map((prefix) => Buffer.from(prefix))
  const prefixBytes = Buffer.concat(encoded).length
  return {
    to: (message) => encoded.map((prefix) => Buffer.concat([prefix, message])),
    bytes: (message) => prefixBytes + encoded.length * message.length,
  }
}
