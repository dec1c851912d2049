import type { Users } from '../../domain/users.ts'
import { publicRoute, type Route, securedRoute } from '../route.ts'
import { anyId, schemas } from '../validation/schemas.ts'
import { viewUser } from '../views.ts'

const pathFields = { user_id: anyId }
const answer = schemas.UserAnswer

export function userRoutes(users: Users): Route[] {
  return [
    publicRoute('POST /users', {
      operationId: 'createUser',
      summary: 'Create a user',
      body: { kind: 'json', schema: schemas.NewUser },
      answer,
      failures: { 403: 'Another user has the email', 503: 'Too many logins at once' },
      handle: async ({ body }) => ({ user: viewUser(await users.create(body)) }),
    }),
    securedRoute('GET /users/me', {
      operationId: 'getMe',
      summary: 'Get the user who is logged in',
      answer,
      handle: async ({ caller }) => ({ user: viewUser(caller) }),
    }),
    securedRoute('GET /users/{user_id}', {
      operationId: 'getUser',
      summary: 'Get a user',
      pathFields,
      answer,
      failures: { 404: 'User not found' },
      handle: async ({ path }) => ({ user: viewUser(await users.get(path.user_id)) }),
    }),
    securedRoute('PATCH /users/{user_id}', {
      operationId: 'updateUser',
      summary: 'Change some fields of a user',
      pathFields,
      body: { kind: 'json', schema: schemas.UserChanges },
      answer,
      failures: { 403: 'Another user has the email, or the user is not you', 404: 'User not found' },
      handle: async ({ path, body, caller }) => ({
        user: viewUser(await users.update(caller, path.user_id, body)),
      }),
    }),
    securedRoute('DELETE /users/{user_id}', {
      operationId: 'deleteUser',
      summary: 'Delete a user with all that is theirs',
      pathFields,
      failures: { 403: 'The user is not you' },
      handle: ({ path, caller }) => users.delete(caller, path.user_id),
    }),
  ]
}
