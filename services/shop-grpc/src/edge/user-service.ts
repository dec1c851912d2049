import type { UserService } from '@polyservice-lab/contracts/shop/grpc'
import { AppError } from '@polyservice-lab/service-kit'
import type { Handlers } from '@polyservice-lab/service-kit/grpc'
import { idOfText, invalid, notFound, type Position, type Shop } from '@polyservice-lab/shop'
import { toNamedUser } from './messages.ts'

const pageSizeMax = 1_000
/** How many users are read at a time: what a reader who sleeps holds in memory. */
const readAhead = 250
const byId = { filter: {}, sort: [] }

/** The rpcs of user.UserService. */
export function userHandlers({ users }: Pick<Shop, 'users'>): Handlers<typeof UserService> {
  return {
    async getUser({ id }) {
      return toNamedUser(await byText(id, (number) => users.get(number)))
    },

    async *listUsers({ pageSize, pageToken }, { trailers }) {
      let after = positionOf(pageSize, pageToken)
      let left = pageSize === 0 ? Number.POSITIVE_INFINITY : Math.min(pageSize, pageSizeMax)
      while (left > 0) {
        const { items, next } = await users.slice(byId, { after, limit: Math.min(left, readAhead) })
        yield* items.map(toNamedUser)
        if (next === undefined) return
        left -= items.length
        after = next
      }
      trailers.set('next-page-token', String(after?.[0]))
    },

    async createUser({ id, name, email }) {
      // No user has 0: what is wrong is told with what else is wrong.
      const wanted = id === '' ? undefined : (idOfText(id) ?? 0)
      return toNamedUser(await users.create({ name, email }, wanted))
    },

    async updateUser({ id, name, email }) {
      return toNamedUser(await byText(id, (number) => users.update(number, { name, email })))
    },

    async deleteUser({ id }) {
      await byText(id, (number) => users.delete(number))
      return {}
    },
  }
}

/** Runs what is done to the user of an id; a text that is no id is that of nobody, when all other checks have passed. */
async function byText<T>(id: string, work: (id: number) => Promise<T>): Promise<T> {
  try {
    return await work(idOfText(id) ?? 0)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') throw notFound('user', id)
    throw error
  }
}

/** Where a page begins: behind a user who need not be there. */
function positionOf(pageSize: number, pageToken: string): Position | undefined {
  const after = pageToken === '' ? undefined : idOfText(pageToken)
  const violations = [
    ...(pageSize < 0 ? [{ field: 'pageSize', description: 'must not be negative' }] : []),
    ...(pageToken !== '' && after === undefined
      ? [{ field: 'pageToken', description: 'must be the id of a user' }]
      : []),
  ]
  if (violations.length > 0) throw invalid(violations)
  return after === undefined ? undefined : [after]
}
