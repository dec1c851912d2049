export interface Scores {
  readonly maxScore?: bigint | null
  readonly minScore?: bigint | null
}

/** What is wrong with scores that are given together, those left out being 0; undefined where nothing is. */
export function brokenScores({ maxScore, minScore }: Scores): string | undefined {
  return (maxScore ?? 0n) < (minScore ?? 0n) ? 'max score should not be less than min score' : undefined
}
