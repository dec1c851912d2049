/** What stays of the time for a beat that has just been missed, and for telling the others. */
const share = 0.6

/** Tells which replicas have stopped to beat, by the clock of this one. */
export class Presence {
  readonly #timeoutMs: number
  readonly #seen = new Map<string, { readonly beat: string; readonly at: number }>()

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs * share
  }

  /** Nothing was heard for a while: nobody is held to be lost for that. */
  forget(): void {
    this.#seen.clear()
  }

  /** @param mentioned replicas that have people, whether they beat or not */
  lost(beats: readonly [string, string][], mentioned: readonly string[], own: string): readonly string[] {
    const now = performance.now()
    const current = new Map([...mentioned.map((replica): [string, string] => [replica, '']), ...beats])
    current.delete(own)
    for (const replica of this.#seen.keys()) if (!current.has(replica)) this.#seen.delete(replica)
    const lost: string[] = []
    for (const [replica, beat] of current) {
      const seen = this.#seen.get(replica)
      if (seen?.beat !== beat) this.#seen.set(replica, { beat, at: now })
      else if (now - seen.at > this.#timeoutMs) lost.push(replica)
    }
    return lost
  }
}
