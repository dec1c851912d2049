import {
  createAuthenticationClient,
  createCoursesClient,
  createExercisesClient,
  createFilesClient,
  createPrivateUsersClient,
  createPublicUsersClient,
} from '@polyservice-lab/clients'
import { createFakers } from '@polyservice-lab/clients/fakers'
import type { NewUser, Tokens, User } from '@polyservice-lab/contracts/users-api'
import type { RunningService } from '../../support/lab.ts'

export const fakers = createFakers()

/** Somebody who is logged in, with clients that speak for them. */
export interface Person {
  readonly user: User
  readonly fields: NewUser
  readonly tokens: Tokens
  readonly users: ReturnType<typeof createPrivateUsersClient>
  readonly files: ReturnType<typeof createFilesClient>
  readonly courses: ReturnType<typeof createCoursesClient>
  readonly exercises: ReturnType<typeof createExercisesClient>
}

export async function createPerson(
  service: RunningService,
  overrides: Partial<NewUser> = {},
): Promise<Person> {
  const address = await service.address()
  const fields = fakers.user(overrides)
  const user = await createPublicUsersClient(address).createUser(fields)
  const tokens = await createAuthenticationClient(address).login(fields)
  const options = { ...address, token: tokens.accessToken }
  return {
    user,
    fields,
    tokens,
    users: createPrivateUsersClient(options),
    files: createFilesClient(options),
    courses: createCoursesClient(options),
    exercises: createExercisesClient(options),
  }
}

let files = 0

/** A file of its own name, with the bytes. */
export function createFile(person: Person, bytes = 'bytes') {
  return person.files.createFile({ directory: 'tests', filename: `${person.user.id}-${files++}.txt`, bytes })
}

export async function createCourse(person: Person) {
  const { id: previewFileId } = await createFile(person)
  return person.courses.createCourse(fakers.course({ previewFileId, createdByUserId: person.user.id }))
}
