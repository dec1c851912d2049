/** Where the bytes of files are kept, each blob under an id that the store chooses. */
export interface Blobs {
  create(): Promise<BlobWriter>
  /** Bytes that are open stay readable, whatever becomes of the blob. Rejects where there is no such blob. */
  open(blobId: string): Promise<BlobReader>
  remove(blobIds: Iterable<string>): Promise<void>
}

/** A blob that is being written; disposing it before it is finished leaves nothing of it. */
export interface BlobWriter extends AsyncDisposable {
  readonly sizeBytes: number
  write(bytes: Uint8Array): Promise<void>
  /** Its id, when all of it is kept for good. */
  finish(): Promise<string>
}

export interface BlobReader extends AsyncDisposable {
  /** The bytes from `start` up to, and without, `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}
