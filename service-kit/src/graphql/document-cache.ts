import type { DocumentNode } from 'graphql'

/** Characters of the documents that are kept; parsed, each may cost some hundred bytes. */
const keptMax = 32_768
const documentMax = 4_096

/** Keeps the documents that come again and again, parsed and found valid: as many as fit, the oldest goes first. */
export class DocumentCache {
  readonly #documents = new Map<string, DocumentNode>()
  #characters = 0

  get(text: string): DocumentNode | undefined {
    return this.#documents.get(text)
  }

  set(text: string, document: DocumentNode): void {
    if (text.length > documentMax || this.#documents.has(text)) return
    this.#documents.set(text, document)
    this.#characters += text.length
    for (const oldest of this.#documents.keys()) {
      if (this.#characters <= keptMax) break
      this.#documents.delete(oldest)
      this.#characters -= oldest.length
    }
  }
}
