import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Passwords } from './authentication.ts'
import type { User } from './entities.ts'
import { type Policy, requireOwner } from './policy.ts'
import type { UserFields, UserStore } from './store.ts'

export interface Users {
  /** @throws AppError already_exists */
  create(fields: UserFields & { readonly password: string }): Promise<User>
  /** @throws AppError not_found */
  get(id: string): Promise<User>
  /** @throws AppError not_found, permission_denied, already_exists */
  update(caller: User, id: string, changes: Partial<UserFields>): Promise<User>
  /** An unknown id is no fault: the user is gone. @throws AppError permission_denied */
  delete(caller: User, id: string): Promise<void>
}

export interface UsersDeps {
  readonly store: UserStore
  readonly passwords: Passwords
  readonly policy: Policy
  readonly newId: () => string
}

export function createUsers({ store, passwords, policy, newId }: UsersDeps): Users {
  async function get(id: string): Promise<User> {
    return (await store.find(id)) ?? notFound()
  }
  return {
    get,
    async create({ password, ...fields }) {
      // Before the hash, which costs much; the store decides between two that come at once.
      if ((await store.findByEmail(fields.email)) !== undefined) throw emailTaken(fields.email)
      const user = { id: newId(), ...fields }
      await store.insert(user, await passwords.hash(password))
      return user
    },
    async update(caller, id, changes) {
      await get(id)
      requireOwner(policy, caller.id, id)
      return (await store.update(id, changes)) ?? notFound()
    },
    async delete(caller, id) {
      if ((await store.find(id)) === undefined) return
      requireOwner(policy, caller.id, id)
      await store.delete(id)
    },
  }
}

function notFound(): never {
  throw new AppError('not_found', 'User not found')
}

/** What the store throws as well, when it finds the email taken. */
export function emailTaken(email: string): AppError {
  return new AppError('already_exists', `User with email ${email} already exists`)
}
