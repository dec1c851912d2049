import { setTimeout } from 'node:timers/promises'
import type { StartedPolyserviceLab } from '@polyservice-lab/testcontainers'
import type { Action, Check, Experiment, Load, Observation, Phase, Plan, Run, Size } from '../experiment.ts'
import {
  type FaultInput,
  type FaultProxy,
  type Protocol,
  type ProxyEvent,
  startFaultProxy,
} from '../proxy/index.ts'
import { answered, answeredAgain, untouched } from './built-in-checks.ts'
import { type ClientName, clientNames, Lane } from './lane.ts'
import { RunningLoad } from './load.ts'
import { Probes } from './probes.ts'
import { type Span, Timeline, type TimelineEvent } from './timeline.ts'

/** How long the phases are, in ms. */
const durations: Readonly<Record<Size, { steady: number; hold: number; recovery: number }>> = {
  short: { steady: 800, hold: 1_000, recovery: 500 },
  full: { steady: 3_000, hold: 4_000, recovery: 3_000 },
}
/** How often a check that does not hold yet is asked again, in ms. */
const pollMs = 20

export type Verdict = 'holds' | 'does not hold' | 'proves nothing' | 'interrupted' | 'failed'

/** All that a run has seen. */
export interface Outcome {
  readonly experiment: Experiment
  readonly size: Size
  /** When it began. */
  readonly begun: Date
  readonly durationMs: number
  readonly verdict: Verdict
  /** Why a run failed, or its undoing did. */
  readonly error?: unknown
  readonly timeline: Timeline
  readonly lanes: readonly Lane[]
}

export interface RunOptions {
  readonly lab: StartedPolyserviceLab
  readonly size: Size
  /** Ends the run; its fault is undone all the same. */
  readonly signal: AbortSignal
  /** Is called when the clock starts. */
  readonly onBegin?: (lanes: readonly Lane[], now: () => number) => void
  readonly onEvent?: (event: TimelineEvent) => void
}

const services = { rest: 'usersApi', grpc: 'courseGrpc', tcp: 'tcpHistory', websocket: 'wsEcho' } as const

/** Runs one experiment. It rejects with nothing: what went wrong is in the outcome. */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<Outcome> {
  const run = new ExperimentRun(experiment, options)
  const begun = new Date()
  options.onBegin?.(run.lanes, () => run.now())
  const end = await run.toEnd()
  run.timeline.close()
  const { timeline, lanes } = run
  return { experiment, size: options.size, begun, durationMs: timeline.now(), ...end, timeline, lanes }
}

class ExperimentRun implements Run {
  readonly lab: StartedPolyserviceLab
  readonly size: Size
  readonly timeline: Timeline
  readonly lanes: Lane[]
  readonly #experiment: Experiment
  readonly #signal: AbortSignal
  readonly #stack = new AsyncDisposableStack()

  constructor(experiment: Experiment, { lab, size, signal, onEvent }: RunOptions) {
    this.#experiment = experiment
    this.#signal = signal
    this.lab = lab
    this.size = size
    this.timeline = new Timeline((event) => onEvent?.(event))
    this.lanes = clientNames.map((name) => new Lane(name, () => this.now()))
  }

  async toEnd(): Promise<{ verdict: Verdict; error?: unknown }> {
    try {
      await using _everything = this.#stack
      return { verdict: await this.#phases() }
    } catch (error) {
      // A SuppressedError tells that the undoing failed too.
      const isClean = this.#signal.aborted && !(error instanceof SuppressedError)
      return isClean ? { verdict: 'interrupted' } : { verdict: 'failed', error }
    }
  }

  async #phases(): Promise<Verdict> {
    const { steady, hold, recovery } = durations[this.size]
    this.timeline.enter('prepare')
    const plan = await this.#prepared()
    this.timeline.enter('steady')
    this.timeline.tell('phase', 'steady state')
    await this.#pause(steady)
    const isSteady = await this.#all([
      answered(this.#four(), () => this.span('steady')),
      ...(plan.steady ?? []),
    ])
    if (!isSteady) return 'proves nothing'

    const undo = this.#undoOnce(plan.undo)
    this.timeline.enter('inject')
    this.timeline.tell('fault', plan.fault.what)
    // What is being done when a run is interrupted is done before it is undone.
    const injected = (async () => plan.fault.run())()
    this.#stack.defer(() => injected.then(undo, undo))
    await this.#orAborted(injected)
    const isProven = await this.#look(plan.proof, true)
    if (!isProven) return 'proves nothing'
    this.timeline.enter('fault')
    await this.#pause(plan.holdMs ?? hold)
    const others = this.#four().filter(({ name }) => !this.#experiment.affects.includes(name as ClientName))
    const broken = () => ({ from: this.span('inject').from, to: this.span('fault').to })
    const held = await this.#all([untouched(others, broken), ...plan.meanwhile])

    this.timeline.enter('undo')
    await this.#orAborted(undo())
    this.timeline.enter('recovery')
    const again = answeredAgain(this.#four(), () => this.span('recovery'))
    const isRecovered = await this.#all([again])
    await this.#pause(recovery)
    const after = await this.#all(plan.recovery)
    return held && isRecovered && after ? 'holds' : 'does not hold'
  }

  /** Is not interrupted: what has been set up can be taken down, what is half set up cannot. */
  async #prepared(): Promise<Plan> {
    const lane = (name: ClientName) => [name, this.lane(name)] as const
    const lanes = Object.fromEntries(clientNames.map(lane)) as Record<ClientName, Lane>
    this.#stack.use(await Probes.start(this.lab, lanes, this.#experiment.clients))
    const plan = await this.#experiment.prepare(this)
    this.#signal.throwIfAborted()
    return plan
  }

  #undoOnce({ what, run }: Action): () => Promise<void> {
    let undone: Promise<void> | undefined
    return () => {
      undone ??= (async () => {
        this.timeline.tell('undo', what)
        await run()
      })()
      return undone
    }
  }

  /** Looks at all, also after one that does not hold. */
  async #all(checks: readonly Check[]): Promise<boolean> {
    let holds = true
    for (const check of checks) holds = (await this.#look(check)) && holds
    return holds
  }

  async #look(check: Check, isProof = false): Promise<boolean> {
    const until = this.now() + (check.withinMs ?? 0)
    let seen: Observation
    do seen = await this.#orAborted(Promise.resolve(check.look()))
    while (!seen.holds && this.now() < until && (await this.#pause(pollMs)))
    this.timeline.found(check, seen, isProof)
    return seen.holds
  }

  async #pause(ms: number): Promise<true> {
    await this.#orAborted(setTimeout(ms, undefined, { signal: this.#signal }))
    return true
  }

  #orAborted<T>(promise: Promise<T>): Promise<T> {
    const signal = this.#signal
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    })
  }

  #four(): Lane[] {
    return clientNames.map((name) => this.lane(name))
  }

  pick<T>(short: T, full: T): T {
    return this.size === 'short' ? short : full
  }

  lane(name: string): Lane {
    const there = this.lanes.find((lane) => lane.name === name)
    if (there !== undefined) return there
    const lane = new Lane(name, () => this.now())
    this.lanes.push(lane)
    return lane
  }

  load(name: string, workers: number, call: (worker: number) => Promise<unknown>): Load {
    return this.#stack.use(new RunningLoad(this.lane(name), workers, call))
  }

  async proxy(
    client: ClientName,
    protocol: Protocol,
    faults: readonly FaultInput[] = [],
  ): Promise<FaultProxy> {
    const upstream = () => this.lab[services[client]].address()
    let isTold = false
    const onEvent = ({ what, connection, kind, text }: ProxyEvent) => {
      if (what === 'fault' && !isTold) this.note(`proxy, connection ${connection}: ${kind}: ${text}`)
      isTold ||= what === 'fault'
    }
    return this.#stack.use(await startFaultProxy({ upstream, protocol, faults, onEvent }))
  }

  use<T extends AsyncDisposable>(disposable: T): T {
    return this.#stack.use(disposable)
  }

  note(text: string): void {
    this.timeline.tell('note', text)
  }

  now(): number {
    return this.timeline.now()
  }

  span(phase: Phase): Span {
    return this.timeline.span(phase)
  }
}
