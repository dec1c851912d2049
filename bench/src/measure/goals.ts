import type { Result } from '../scenario.ts'
import type { Figure } from './statistics.ts'

/** What a figure should be at least or at most: one row of goals.json. Its median counts. */
export interface Goal {
  /** In goals.json, `each` stands for every service of the registry, and `{service}` for its name. */
  readonly service: string
  /** For a reader, with its unit. */
  readonly goal: string
  readonly scenario: string
  readonly case: string
  readonly figure: string
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Verdict {
  readonly goal: Goal
  /** `unknown` where a case was skipped for want of a tool, or not run. */
  readonly outcome: 'met' | 'short' | 'unknown'
  readonly figure?: Figure
  /** How far the median is, as a share of the goal: 1 and more is met, whichever way the goal points. */
  readonly reached?: number
}

/** Holds results against goals. A case that failed falls short; one that was not run is unknown. */
export function judge(goals: readonly Goal[], results: readonly Result[]): Verdict[] {
  return goals.map((goal) => {
    const result = results.find((one) => one.scenario === goal.scenario && one.name === goal.case)
    const figure = result?.figures[goal.figure]
    if (figure === undefined) {
      const failed = result?.notes.some((note) => note.startsWith('failed:')) === true
      return { goal, outcome: failed ? 'short' : 'unknown' }
    }
    const { median } = figure
    const reached = Math.min(
      goal.atLeast === undefined ? Number.POSITIVE_INFINITY : median / goal.atLeast,
      goal.atMost === undefined ? Number.POSITIVE_INFINITY : goal.atMost / median,
    )
    return { goal, outcome: reached >= 1 ? 'met' : 'short', figure, reached }
  })
}

/** What is asked, as a short text: `>= 0.3`. */
export function asked({ atLeast, atMost }: Goal): string {
  return [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast.toLocaleString('en')}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost.toLocaleString('en')}`]),
  ].join(', ')
}
