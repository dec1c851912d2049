import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { Role, User } from './entities.ts'
import { byId, createLists, type Lists } from './lists.ts'
import {
  assertValid,
  isEmail,
  isId,
  isName,
  notFound,
  ruleTexts,
  trimName,
  versionMismatch,
} from './rules.ts'
import type { UserFilter, UserSortKey, UserStore } from './store.ts'

export interface UserInput {
  readonly name: string
  readonly email: string
  /** Default: user. */
  readonly role?: Role | undefined
}

export type UserChanges = Partial<{ readonly [Key in keyof UserInput]: UserInput[Key] | undefined }>

/** Whether what is there may be changed; a change is refused as `version_mismatch` where not. */
export type Condition<Entity> = (current: Entity) => boolean

/** Wrong values are invalid_argument with a violation each; who is not there is not_found with the reason user_not_found. */
export interface Users extends Lists<User, UserFilter, UserSortKey> {
  get(id: number): Promise<User>
  /** Those of the users who are there, by id. */
  getMany(ids: readonly number[]): Promise<ReadonlyMap<number, User>>
  /**
   * @param id default: the next one that is free
   * @throws AppError already_exists with the reason email_taken or user_exists
   */
  create(input: UserInput, id?: number): Promise<User>
  /** Changes the members that are given. @throws AppError version_mismatch, email_taken */
  update(id: number, changes: UserChanges, condition?: Condition<User>): Promise<User>
  /** @throws AppError version_mismatch, user_has_orders */
  delete(id: number, condition?: Condition<User>): Promise<void>
}

export function createUsers(store: UserStore, now: () => Date): Users {
  return {
    ...createLists(store),
    async get(id) {
      return found(await store.find(id), id)
    },
    getMany: async (ids) => byId(await store.findMany(ids)),
    async create(input, id) {
      const { name, email, role = 'user' } = input
      assertValid([
        id !== undefined && !isId(id) && { field: 'id', description: ruleTexts.id },
        ...violationsOf(input),
      ])
      const user = await store.insert({ id, name: trimName(name), email, role, createdAt: now() })
      if (user === undefined)
        throw new AppError('already_exists', 'there is a user with the id', {
          reason: 'user_exists',
          resource: { type: 'user', name: String(id) },
        })
      return user
    },
    async update(id, changes, condition) {
      assertValid(violationsOf(changes))
      const user = await store.update(id, now(), (current) => {
        if (condition?.(current) === false) throw versionMismatch()
        const { name = current.name, email = current.email, role = current.role } = changes
        const next = { ...current, name: trimName(name), email, role }
        const isSame = next.name === current.name && email === current.email && role === current.role
        return isSame ? current : { ...next, version: current.version + 1 }
      })
      return found(user, id)
    },
    async delete(id, condition) {
      const wasThere = await store.delete(id, now(), (user, hasOrders) => {
        if (condition?.(user) === false) throw versionMismatch()
        if (hasOrders)
          throw new AppError('failed_precondition', 'the user has orders', { reason: 'user_has_orders' })
      })
      if (!wasThere) throw notFound('user', id)
    },
  }
}

function found(user: User | undefined, id: number): User {
  if (user === undefined) throw notFound('user', id)
  return user
}

function violationsOf({ name, email }: UserChanges) {
  return [
    name !== undefined && !isName(name) && { field: 'name', description: ruleTexts.name },
    email !== undefined && !isEmail(email) && { field: 'email', description: ruleTexts.email },
  ]
}
