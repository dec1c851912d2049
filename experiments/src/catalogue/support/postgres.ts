import type { StartedPolyserviceLab, StartedPostgres } from '@polyservice-lab/testcontainers'

/** The database of a users-api that was started with one of its own. */
export function postgresOf({ usersApi }: StartedPolyserviceLab): StartedPostgres {
  if (usersApi.ownPostgres === undefined) throw new Error('users-api is on no PostgreSQL of its own')
  return usersApi.ownPostgres
}

/** What /readyz says, and with which status. */
export async function readiness({ usersApi }: StartedPolyserviceLab): Promise<string> {
  const response = await fetch(`${usersApi.adminUrl()}/readyz`)
  return `${response.status} ${(await response.text()).trim()}`
}
