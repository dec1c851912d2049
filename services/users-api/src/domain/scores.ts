export interface Scores {
  readonly maxScore?: bigint | null
  readonly minScore?: bigint | null
}

const broken = 'max score should not be less than min score'

/** What is wrong with the scores of a course, those left out being 0; undefined where nothing is. */
export function brokenCourseScores({ maxScore, minScore }: Scores): string | undefined {
  return (maxScore ?? 0n) < (minScore ?? 0n) ? broken : undefined
}

/** What is wrong with the scores of an exercise, where it has both; undefined where nothing is. */
export function brokenExerciseScores({ maxScore, minScore }: Scores): string | undefined {
  return maxScore != null && minScore != null && maxScore < minScore ? broken : undefined
}
