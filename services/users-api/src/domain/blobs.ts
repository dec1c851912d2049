/** Where the bytes of files are kept, each blob under an id that the store chooses. */
export interface Blobs {
  create(): Promise<BlobWriter>
  /** The file that a blob is, or a copy of it, as long as it is there. */
  path(blobId: string): Promise<string>
  remove(blobIds: Iterable<string>): Promise<void>
}

/** A blob that is being written; disposing it before it is finished leaves nothing of it. */
export interface BlobWriter extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>
  /** Its id, when all of it is kept for good. */
  finish(): Promise<string>
}
