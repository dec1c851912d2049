import type { BudgetShare, ReceiveBudget } from '../receive-budget.ts'
import type { Message } from './connection-options.ts'
import { pieceCost, type ServerWebSocket } from './server-web-socket.ts'

/** Whole messages of a client that wait, and what was read of one that is not whole, counted at what they cost. */
export class Inbox {
  readonly #webSocket: ServerWebSocket
  readonly #budget: ReceiveBudget
  readonly #queue: Message[] = []
  #share: BudgetShare | undefined
  #queueCost = 0
  /** Of the reads since the message began that has not ended. */
  #readCost = 0

  /** @param budget of all connections */
  constructor(webSocket: ServerWebSocket, budget: ReceiveBudget) {
    this.#webSocket = webSocket
    this.#budget = budget
  }

  get first(): Message | undefined {
    return this.#queue[0]
  }

  push(message: Message): void {
    this.#readCost = 0
    this.#queue.push(message)
    this.#queueCost += message.data.length + pieceCost
  }

  /** Takes the first message away. */
  shift(): void {
    this.#queueCost -= (this.#queue.shift()?.data.length ?? 0) + pieceCost
  }

  clear(): void {
    this.#queue.length = 0
    this.#queueCost = 0
  }

  read(bytes: number): void {
    this.#readCost += bytes + pieceCost
  }

  /** Tells the budget what is held. @throws AppError unavailable, where all together hold too much */
  hold(): void {
    const isEmpty = this.#queue.length === 0 && this.#webSocket.isIdle
    if (isEmpty) this.#readCost = 0
    const cost = isEmpty ? 0 : this.#queueCost + this.#webSocket.unreadCost(this.#readCost)
    if (cost === 0 && this.#share === undefined) return
    this.#share ??= this.#budget.open()
    this.#share.hold(cost)
  }

  release(): void {
    this.#share?.hold(0)
  }
}
