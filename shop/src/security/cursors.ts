import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Position, SortKey } from '../domain/lists.ts'

/** Names the use of the key, so that nothing that is signed for another use counts here. */
const purpose = 'cursor'
const signatureBytes = 16

/** Positions in lists as texts that a client keeps and gives back; they hold for the same list in the same order. */
export interface Cursors {
  write(list: string, sort: readonly SortKey<string>[], position: Position): string
  /** The position; undefined where the text was not written for this list and sort. */
  read(list: string, sort: readonly SortKey<string>[], cursor: string): Position | undefined
}

/** Makes cursors that every process with the same secret understands. */
export function createCursors(secret: Uint8Array): Cursors {
  function sign(list: string, sort: readonly SortKey<string>[], values: Buffer): Buffer {
    const order = sort.map(({ key, descending }) => [key, descending])
    const hmac = createHmac('sha256', secret)
      .update(JSON.stringify([purpose, list, order]))
      .update(values)
    return hmac.digest().subarray(0, signatureBytes)
  }
  return {
    write(list, sort, position) {
      const values = Buffer.from(JSON.stringify(position))
      return Buffer.concat([sign(list, sort, values), values]).toString('base64url')
    },
    read(list, sort, cursor) {
      const bytes = Buffer.from(cursor, 'base64url')
      if (bytes.length <= signatureBytes || bytes.toString('base64url') !== cursor) return undefined
      const values = bytes.subarray(signatureBytes)
      const isOurs = timingSafeEqual(sign(list, sort, values), bytes.subarray(0, signatureBytes))
      return isOurs ? JSON.parse(values.toString()) : undefined
    },
  }
}
