import { ScalarError, scalar } from './scalar.ts'

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
  toJSON() {
    return { filename: this.name, size: BigInt(this.sizeBytes) }
  }
}

/** A file of a form. */
export const uploadSchema = scalar(
  (input) => {
    if (input instanceof Upload) return input
    const sentence = "Value error, Expected UploadFile, received: <class 'str'>"
    throw new ScalarError('value_error', sentence, { error: {} })
  },
  { type: 'string', contentMediaType: 'application/octet-stream' },
)
