import type { Users } from '../../domain/users.ts'
import { publicRoute, type Route, securedRoute } from '../route.ts'
import { email } from '../validation/email/email.ts'
import { optional } from '../validation/fields.ts'
import { model } from '../validation/model.ts'
import { jsonBody } from '../validation/request-body.ts'
import { text } from '../validation/text.ts'
import { uuid4 } from '../validation/uuid.ts'
import { nothingSchema, userSchema, viewUser, wrapped } from '../views.ts'

const address = email({ maxLength: 250 })
const name = text({ minLength: 1, maxLength: 50 })
const pathFields = { user_id: uuid4() }
const answer = wrapped('user', userSchema)

export function userRoutes(users: Users): Route[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/users',
      operationId: 'createUser',
      tag: 'users',
      summary: 'Create a user',
      body: jsonBody(
        model({
          email: address,
          password: text({ minLength: 1, maxLength: 250 }),
          lastName: name,
          firstName: name,
          middleName: name,
        }),
      ),
      answer,
      failures: { 403: 'Another user has the email', 503: 'Too many logins at once' },
      handle: async ({ body }) => ({ user: viewUser(await users.create(body)) }),
    }),
    securedRoute({
      method: 'GET',
      path: '/users/me',
      operationId: 'getMe',
      tag: 'users',
      summary: 'Get the user who is logged in',
      answer,
      handle: async ({ caller }) => ({ user: viewUser(caller) }),
    }),
    securedRoute({
      method: 'GET',
      path: '/users/{user_id}',
      operationId: 'getUser',
      tag: 'users',
      summary: 'Get a user',
      pathFields,
      answer,
      failures: { 404: 'User not found' },
      handle: async ({ path }) => ({ user: viewUser(await users.get(path.user_id)) }),
    }),
    securedRoute({
      method: 'PATCH',
      path: '/users/{user_id}',
      operationId: 'updateUser',
      tag: 'users',
      summary: 'Change some fields of a user',
      pathFields,
      body: jsonBody(
        model({
          email: optional(address),
          lastName: optional(name),
          firstName: optional(name),
          middleName: optional(name),
        }),
      ),
      answer,
      failures: { 403: 'Another user has the email, or the user is not you', 404: 'User not found' },
      handle: async ({ path, body, caller }) => ({
        user: viewUser(await users.update(caller, path.user_id, body)),
      }),
    }),
    securedRoute({
      method: 'DELETE',
      path: '/users/{user_id}',
      operationId: 'deleteUser',
      tag: 'users',
      summary: 'Delete a user with all that is theirs',
      pathFields,
      answer: nothingSchema,
      failures: { 403: 'The user is not you' },
      async handle({ path, caller }) {
        await users.delete(caller, path.user_id)
        return null
      },
    }),
  ]
}
