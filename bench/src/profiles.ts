export type ProfileName = 'short' | 'full'

/** How long and how often a profile measures. */
export interface Profile {
  readonly name: ProfileName
  /** Interleaved rounds of each comparison: every server is measured once in each. */
  readonly rounds: number
  /** How long a server is under load in a round, in seconds. */
  readonly roundSeconds: number
  /** How long a server is under load before the first round, in seconds. */
  readonly warmUpSeconds: number
  /** How often each container is started. */
  readonly containerRounds: number
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  short: { name: 'short', rounds: 5, roundSeconds: 0.3, warmUpSeconds: 1.2, containerRounds: 3 },
  full: { name: 'full', rounds: 15, roundSeconds: 0.5, warmUpSeconds: 1, containerRounds: 7 },
}

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name)
}

/** How many rounds a comparison has: those of the profile, unless it says that fewer are enough. */
export function roundsOf(profile: Profile, roundsMax = Number.POSITIVE_INFINITY): number {
  return Math.min(profile.rounds, roundsMax)
}
