import { compensations, forward, type Reason, type StepName, steps } from './steps.ts'

export const sagaStates = ['running', 'completed', 'compensating', 'compensated'] as const
export type SagaState = (typeof sagaStates)[number]

type StepOutcome = 'ok' | 'refused' | 'timeout'

/** Minor units of a currency. */
interface Money {
  readonly amount: number
  readonly currency: string
}

/** One step that a saga took, or takes. */
export interface Step {
  readonly name: StepName
  readonly state: 'waiting' | StepOutcome
  /** How often its command was given. */
  readonly tries: number
  readonly reason: Reason | null
  readonly startedAt: Date
  readonly endedAt: Date | null
}

/** The order that a saga is about. */
export interface PlacedOrder {
  readonly id: string
  readonly customerId: string
  readonly total: Money
  readonly cardNumber: string
  /** W3C Trace Context: that of order.placed. */
  readonly traceparent: string
}

/** The way of one order. Its last step is the one that waits, where one does. */
export interface Saga extends PlacedOrder {
  readonly state: SagaState
  /** Of the first thing that ended its forward steps. */
  readonly reason: Reason | null
  /** Why the order is rejected already, where it is. */
  readonly rejection: Reason | null
  /** Compensations that are to come. */
  readonly plan: readonly StepName[]
  readonly steps: readonly Step[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A message that may answer a command; the reason is that of a refusal. */
export interface Answer {
  readonly type: string
  readonly reason: Reason | null
}

/** A saga that has just begun: its first step waits. */
export function begin(order: PlacedOrder, now: Date): Saga {
  const none = { reason: null, rejection: null, plan: [], steps: [] }
  return start({ ...order, ...none, state: 'running', createdAt: now, updatedAt: now }, 'credit', now)
}

/** The step that waits for an answer. */
export function waitingStep({ steps: all }: Saga): Step | undefined {
  const last = all.at(-1)
  return last?.state === 'waiting' ? last : undefined
}

/** Takes in a message; undefined where it is not awaited, and nothing changes. */
export function answer(saga: Saga, { type, reason }: Answer, now: Date): Saga | undefined {
  const waiting = waitingStep(saga)
  if (waiting === undefined) return undefined
  const { ok, ...rest } = steps[waiting.name]
  const refused = 'refused' in rest ? rest.refused : undefined
  if (type === ok) return afterOk(end(saga, 'ok', null, now), waiting.name, now)
  if (type === 'order.rejected') {
    const rejected = { ...saga, rejection: saga.rejection ?? reason }
    return type === refused ? afterRefusal(rejected, waiting.name, reason, now) : rejected
  }
  return type === refused ? afterRefusal(saga, waiting.name, reason, now) : undefined
}

/** What becomes of a command without an answer: the same again, or a saga that goes another way. */
export type TimedOut = { readonly saga: Saga; readonly isRepeated: boolean }

/** Takes in that the step which waits has had no answer in its time; undefined where none waits. */
export function timeOut(saga: Saga, triesMax: number, now: Date): TimedOut | undefined {
  const waiting = waitingStep(saga)
  if (waiting === undefined) return undefined
  if (!steps[waiting.name].isLimited || waiting.tries < triesMax)
    return { saga: changeLast(saga, { tries: waiting.tries + 1 }, now), isRepeated: true }
  const ended = end(saga, 'timeout', 'timeout', now)
  return { saga: compensate(ended, waiting.name, 'silent', 'timeout', now), isRepeated: false }
}

function afterOk(saga: Saga, name: StepName, now: Date): Saga {
  if (saga.state === 'compensating') return undo(saga, now)
  // What went well is to be undone like what nobody knows of.
  if (saga.rejection !== null) return compensate(saga, name, 'silent', saga.rejection, now)
  const next = forward[forward.indexOf(name) + 1]
  return next === undefined ? { ...saga, state: 'completed' } : start(saga, next, now)
}

function afterRefusal(saga: Saga, name: StepName, reason: Reason | null, now: Date): Saga {
  return compensate(end(saga, 'refused', reason, now), name, 'refused', reason, now)
}

/** Begins to undo what the forward steps have done. */
function compensate(
  saga: Saga,
  name: StepName,
  after: 'refused' | 'silent',
  reason: Reason | null,
  now: Date,
): Saga {
  const plan = compensations[name]?.[after] ?? []
  return undo({ ...saga, state: 'compensating', reason: saga.rejection ?? reason, plan }, now)
}

/** Begins the next compensation. An order that is rejected already is not to be rejected. */
function undo(saga: Saga, now: Date): Saga {
  const [next, ...later] = saga.plan.filter((name) => name !== 'reject' || saga.rejection === null)
  if (next === undefined) return { ...saga, plan: [], state: 'compensated' }
  return start({ ...saga, plan: later }, next, now)
}

function start(saga: Saga, name: StepName, now: Date): Saga {
  const step: Step = { name, state: 'waiting', tries: 1, reason: null, startedAt: now, endedAt: null }
  return { ...saga, steps: [...saga.steps, step], updatedAt: now }
}

function end(saga: Saga, state: StepOutcome, reason: Reason | null, now: Date): Saga {
  return changeLast(saga, { state, reason, endedAt: now }, now)
}

function changeLast(saga: Saga, changes: Partial<Step>, now: Date): Saga {
  const changed = saga.steps.map((step, i) => (i === saga.steps.length - 1 ? { ...step, ...changes } : step))
  return { ...saga, steps: changed, updatedAt: now }
}
