import type { Figure } from './measure/statistics.ts'
import type { Profile, ProfileName } from './profiles.ts'

export type Protocol = 'REST' | 'gRPC' | 'TCP' | 'WebSocket' | 'SOAP' | 'container'

/** What a case measured: figures by name, `<server>.<quantity>` or `<quantity>/<server>` for a ratio of pairs. */
export type Figures = Record<string, Figure>

/** What a case may use while it runs. */
export interface Bench {
  readonly profile: Profile
  /** Says what is being done, for who watches. */
  progress(text: string): void
  /** Adds a sentence to the case that runs: what was skipped, what limits a figure. */
  note(text: string): void
}

/** One measurement: one operation, of one protocol, under one load. */
export interface Case {
  readonly name: string
  readonly protocol: Protocol
  /** What one operation is, for a reader. */
  readonly operation: string
  /** What the case varies, as the report shows it. */
  readonly parameters: Readonly<Record<string, string | number>>
  /** The smallest profile that has it. */
  readonly profile: ProfileName
  run(bench: Bench): Promise<Figures>
}

/** A question, and the cases that answer it. One file each, in `scenarios/`. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** Which plot shows it. */
  readonly view: 'ratios' | 'protocols' | 'growth' | 'containers'
  readonly cases: readonly Case[]
}

/** A case that was run. */
export interface Result extends Omit<Case, 'run' | 'profile'> {
  readonly scenario: string
  readonly figures: Figures
  readonly notes: readonly string[]
}
