import { type BodyTypes, checkContentType } from '@polyservice-lab/service-kit/http'
import type { Shop, User } from '@polyservice-lab/shop'
import { parse, viewUserBasic } from '@polyservice-lab/shop/json'
import type { Request } from 'express'
import type { Config } from '../config.ts'
import { MessageError } from './errors.ts'
import { searchOf } from './lists.ts'
import { idOf } from './requests.ts'
import type { Method } from './route.ts'
import { requests } from './schemas.ts'

const { Credentials, UserV1Input, UserV1Patch } = requests
const json: BodyTypes = { types: ['application/json'], header: 'Accept', named: 'application/json' }

/** What a handler of version 1 answers: a status, and a value that is sent as JSON. */
type AnswerV1 = readonly [status: 200 | 201 | 204, value?: unknown]

/** An operation of version 1, by path and method. */
export interface RouteV1 {
  readonly operationId: string
  readonly method: Method
  readonly paths: readonly string[]
  /** @param readBody reads the body as JSON */
  handle(request: Request, readBody: () => Promise<unknown>): Promise<AnswerV1>
}

const collection = ['/users', '/api/v1/users']
const member = ['/users/:id', '/api/v1/users/:id']

/** Version 1 as existing clients speak it. */
export function routesOfV1(shop: Shop, { listMax }: Config): readonly RouteV1[] {
  return [logIn(shop), ...userRoutes(shop, listMax).map((route) => secured(shop, route))]
}

function logIn({ access }: Shop): RouteV1 {
  return {
    operationId: 'logInV1',
    method: 'POST',
    paths: ['/auth', '/api/v1/auth'],
    async handle(request, readBody) {
      const { username, password } = parse(Credentials, await bodyOf(request, readBody))
      const token = await access.logIn(username, password).catch((error) => {
        if (error.code !== 'unauthenticated') throw error
        throw new MessageError('unauthenticated', 'Неверные учетные данные!')
      })
      return [200, { token }]
    },
  }
}

/** A route that needs a token, whatever AUTH says. */
function secured({ access }: Shop, route: RouteV1): RouteV1 {
  return {
    ...route,
    async handle(request, readBody) {
      const token = tokenOf(request)
      if (token === undefined) throw new MessageError('unauthenticated', 'Token отсутствует!')
      await access.authorize(token, 'token')
      return route.handle(request, readBody)
    },
  }
}

function userRoutes({ users }: Shop, listMax: number): RouteV1[] {
  return [
    {
      operationId: 'listUsersV1',
      method: 'GET',
      paths: collection,
      async handle(request) {
        const filter = { role: roleOf(request) }
        const { items } = await users.slice({ filter, sort: [] }, { after: undefined, limit: listMax })
        return [200, { users: items.map(viewUserBasic) }]
      },
    },
    {
      operationId: 'createUserV1',
      method: 'POST',
      paths: collection,
      handle: async (request, readBody) => [
        201,
        viewUserBasic(await users.create(parse(UserV1Input, await bodyOf(request, readBody)))),
      ],
    },
    {
      operationId: 'getUserV1',
      method: 'GET',
      paths: member,
      handle: async (request) => [200, viewUserBasic(await users.get(idOf(request, 'user')))],
    },
    {
      operationId: 'replaceUserV1',
      method: 'PUT',
      paths: member,
      async handle(request, readBody) {
        // A user who is not there is told before the body is looked at.
        const { id } = await users.get(idOf(request, 'user'))
        const input = parse(UserV1Input, await bodyOf(request, readBody))
        return [200, viewUserBasic(await users.update(id, input))]
      },
    },
    {
      operationId: 'updateUserV1',
      method: 'PATCH',
      paths: member,
      async handle(request, readBody) {
        const changes = parse(UserV1Patch, await bodyOf(request, readBody))
        return [200, viewUserBasic(await users.update(idOf(request, 'user'), changes))]
      },
    },
    {
      operationId: 'deleteUserV1',
      method: 'DELETE',
      paths: member,
      async handle(request) {
        await users.delete(idOf(request, 'user'))
        return [204]
      },
    },
  ]
}

/** Reads the body as JSON, where its type says that it is. */
function bodyOf(request: Request, readBody: () => Promise<unknown>): Promise<unknown> {
  checkContentType(request, json)
  return readBody()
}

/** The token, with or without the word Bearer before it. */
function tokenOf({ headers }: Request): string | undefined {
  return headers.authorization?.trim().replace(/^bearer +/i, '') || undefined
}

/** The role that the list is asked for; every other query is ignored. */
function roleOf(request: Request): User['role'] | undefined {
  const role = searchOf(request).get('role')
  return role === 'admin' || role === 'user' ? role : undefined
}
