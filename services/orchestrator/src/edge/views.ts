import { maskCards } from '@polyservice-lab/contracts/order-saga'
import type { DeadLetter } from '../domain/dead-letter.ts'
import type { Saga, Step } from '../domain/saga.ts'
import { steps as stepTable } from '../domain/steps.ts'

/** Characters of a body that are shown, and the most bytes that they and a card number behind them can have. */
const shownLengthMax = 4096
const readBytesMax = 4 * (shownLengthMax + 16)

/** What HTTP shows of a saga. */
export function viewOfSaga({ id, customerId, total, state, reason, steps, createdAt, updatedAt }: Saga) {
  return {
    ...{ id, customerId, total, state, reason, steps: steps.map(viewOfStep) },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

function viewOfStep({ name, state, tries, reason, startedAt, endedAt }: Step) {
  return {
    ...{ name, command: stepTable[name].command, state, tries, reason },
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  }
}

/** What HTTP shows of a dead letter. */
export function viewOfLetter(letter: DeadLetter) {
  const { id, queue, messageId, type, subject, error, tries, body, state, deadAt, replayedAt } = letter
  return {
    ...{ id, queue, messageId, type, subject, error, tries, body: textOf(body), state },
    deadAt: deadAt.toISOString(),
    replayedAt: replayedAt?.toISOString() ?? null,
  }
}

/** The beginning of a body as text; bytes that are none are U+FFFD. */
function textOf(body: Uint8Array): string {
  const text = maskCards(new TextDecoder().decode(body.subarray(0, readBytesMax)))
  const shown = text.slice(0, shownLengthMax)
  return shown.isWellFormed() ? shown : shown.slice(0, -1)
}
