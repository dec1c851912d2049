import type { JsonValue } from '../json/json-value.ts'

/** A file of a multipart form whose bytes are on the disk. */
export class Upload {
  /** The name that the client gave to the part, not that of the stored file. */
  readonly name: string
  readonly sizeBytes: number
  /** Of the bytes; empty where nobody keeps them. */
  readonly blobId: string
  /** Whether a row names the bytes now; without one they are removed with the request. */
  kept = false

  constructor(name: string, sizeBytes: number, blobId: string) {
    this.name = name
    this.sizeBytes = sizeBytes
    this.blobId = blobId
  }

  /** What a fault shows of it. */
  describe(): JsonValue {
    return new Map<string, JsonValue>([
      ['filename', this.name],
      ['size', BigInt(this.sizeBytes)],
    ])
  }
}
