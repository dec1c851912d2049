/** Where the messages of a history outlive the process. */
export interface HistoryStore extends AsyncDisposable {
  /** Calls `load` with each message that is kept, oldest first; from then on more can be appended. */
  open(load: (message: Uint8Array) => void): Promise<void>
  /**
   * Keeps one more message. Resolves when it is as durable as was asked for; calls resolve in their order. A message
   * whose call rejects is not kept.
   */
  append(message: Uint8Array): Promise<void>
  /** Forgets the messages of all calls so far; those of later calls are kept. */
  clear(): Promise<void>
}
