import type { RetryOptions } from '@polyservice-lab/clients'
import type { LabContainers, StartedPolyserviceLab } from '@polyservice-lab/testcontainers'
import type { FaultInput, FaultProxy, Protocol } from './proxy/index.ts'
import type { ClientName, Lane } from './runner/lane.ts'

/** What was seen, and whether it is what the hypothesis says. */
export interface Observation {
  readonly holds: boolean
  /** For people: '1,532 acknowledged, 1,532 found'. */
  readonly saw: string
}

/** A sentence that can turn out to be wrong. */
export interface Check {
  readonly that: string
  /** Looks. Where it does not hold yet, it is asked again until `withinMs` (default: it is asked once). */
  readonly look: () => Observation | Promise<Observation>
  readonly withinMs?: number
}

/** Something that is done, in words and for real. */
export interface Action {
  readonly what: string
  readonly run: () => unknown
}

/** What happens, in the order in which it happens. */
export interface Plan {
  /** What must hold before, beside the four clients being answered. */
  readonly steady?: readonly Check[]
  readonly fault: Action
  /** An observation that is there only if the fault took effect. */
  readonly proof: Check
  /** How long the fault holds after its proof, in ms. Default: by the size of the run. */
  readonly holdMs?: number
  /** What must hold meanwhile, beside the clients that it does not affect being answered. */
  readonly meanwhile: readonly Check[]
  /** Is run however the experiment ends, once. */
  readonly undo: Action
  /** What must hold afterwards, beside the four clients being answered again. */
  readonly recovery: readonly Check[]
}

/** One experiment: a hypothesis, and a plan that could show it to be wrong. */
export interface Experiment {
  /** Kebab-case; `make experiment NAME=…`. */
  readonly name: string
  readonly title: string
  readonly hypothesis: string
  /** The clients whose service is broken; the others must not notice. */
  readonly affects: readonly ClientName[]
  /** The containers, where they are not to be the usual ones. */
  readonly containers?: () => LabContainers
  /** How the four clients call. */
  readonly clients?: ProbeOptions
  readonly prepare: (run: Run) => Plan | Promise<Plan>
}

export interface ProbeOptions {
  /** The deadline of their calls, in ms. Default: that of the clients. */
  readonly timeoutMs?: Partial<Record<ClientName, number>>
  /** Default: they make each call once. */
  readonly retries?: RetryOptions
}

/** How long the phases are, and how much is done in them. */
export type Size = 'short' | 'full'

/** `prepare` is what comes before the steady state; `inject` ends with the proof that the fault took effect. */
export type Phase = 'prepare' | 'steady' | 'inject' | 'fault' | 'undo' | 'recovery'

/** What an experiment works with. What it starts here ends with the run. */
export interface Run {
  readonly lab: StartedPolyserviceLab
  readonly size: Size
  /** One of two values, by the size of the run. */
  pick<T>(short: T, full: T): T
  /** What a client saw: one of the four, or a load. */
  lane(name: string): Lane
  /** Calls from `workers` at once, each again and again, until the run ends or it is stopped. */
  load(name: string, workers: number, call: (worker: number) => Promise<unknown>): Load
  /** A proxy in front of a service. */
  proxy(client: ClientName, protocol: Protocol, faults?: readonly FaultInput[]): Promise<FaultProxy>
  /** Has it disposed when the run ends. */
  use<T extends AsyncDisposable>(disposable: T): T
  /** A line in the timeline. */
  note(text: string): void
  /** ms since the run began */
  now(): number
  /** When a phase began and ended, in ms since the run began. */
  span(phase: Phase): { readonly from: number; readonly to: number }
}

export interface Load {
  readonly lane: Lane
  /** Lets calls in flight end. */
  stop(): Promise<void>
}

export function observation(holds: boolean, saw: string): Observation {
  return { holds, saw }
}
