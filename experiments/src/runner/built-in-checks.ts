import { type Check, type Observation, observation } from '../experiment.ts'
import { describeCodes, isOk, type Lane } from './lane.ts'

interface Span {
  readonly from: number
  readonly to: number
}

/** Calls in a row that make a client one that is answered again. */
const inARow = 5
const recoveryWithinMs = 30_000

const each = (lanes: readonly Lane[], describe: (lane: Lane) => string) =>
  lanes.map((lane) => `${lane.name} ${describe(lane)}`).join(' · ')

function allOk(lanes: readonly Lane[], span: Span): Observation {
  const calls = lanes.map((lane) => lane.between(span))
  const holds = calls.every((some) => some.length > 0 && some.every(isOk))
  return observation(
    holds,
    each(lanes, (lane) => describeCodes(lane.between(span))),
  )
}

/** The steady state: each client is answered, always. */
export function answered(lanes: readonly Lane[], span: () => Span): Check {
  return { that: 'every client is answered', look: () => allOk(lanes, span()) }
}

/** Whom the fault does not affect does not notice it. */
export function untouched(lanes: readonly Lane[], span: () => Span): Check {
  return { that: 'the clients of what was not broken notice nothing', look: () => allOk(lanes, span()) }
}

/** The end of the trouble: each client is answered again, several times in a row. */
export function answeredAgain(lanes: readonly Lane[], span: () => Span): Check {
  return {
    that: 'every client is answered again, by itself',
    withinMs: recoveryWithinMs,
    look: () => {
      const last = (lane: Lane) => lane.between(span()).slice(-inARow)
      const holds = lanes.every((lane) => last(lane).length === inARow && last(lane).every(isOk))
      return observation(
        holds,
        each(lanes, (lane) => {
          const first = lane.between(span()).filter(isOk).at(0)
          return first === undefined ? 'never' : `after ${Math.round(first.at + first.ms - span().from)} ms`
        }),
      )
    },
  }
}
