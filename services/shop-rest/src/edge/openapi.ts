import { errorCodes } from '@polyservice-lab/contracts/errors'
import { answers, restPath } from '@polyservice-lab/contracts/shop'
import * as z from 'zod'
import { mediaTypes } from './representations.ts'
import type { Route } from './route.ts'
import { requests } from './schemas.ts'
import type { RouteV1 } from './v1.ts'

/** A piece of an OpenAPI document or a schema of JSON Schema 2020-12. */
type Json = { readonly [key: string]: unknown }

const models = z.registry<{ readonly id: string }>()
for (const [id, schema] of Object.entries<z.ZodType>({ ...requests, ...answers })) models.add(schema, { id })
const ref = (id: string) => ({ $ref: `#/components/schemas/${id}` })

const texts: Readonly<Record<number, string>> = {
  400: 'The request is wrong: `errors` names what',
  401: 'A wrong token, or none where one is needed',
  404: 'There is no such thing',
  406: 'Accept names nothing that there is',
  409: 'The state of the shop forbids it: `reason` says why',
  412: 'The condition does not hold',
  413: 'The body is too large',
  415: 'The body is of another media type',
  503: 'Not now: Retry-After tells the seconds to wait',
}
const success = { GET: 200, PUT: 200, PATCH: 200, POST: 201, DELETE: 204 } as const

/** The OpenAPI 3.1 document of both versions; its schemas are those that validate. */
export function describeApi(routes: readonly Route[], routesV1: readonly RouteV1[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  const add = (path: string, method: string, operation: Json) => {
    const name = path.replace(/:(\w+)/g, '{$1}')
    paths[name] = { ...paths[name], [method.toLowerCase()]: operation }
  }
  for (const route of routesV1) add(route.paths.at(-1) ?? '', route.method, describeV1(route))
  for (const route of routes) add(restPath + route.path, route.method, describeRoute(route))
  return {
    openapi: '3.1.0',
    info: {
      title: 'shop-rest',
      version: '2.0.0',
      summary: 'Users, products and orders, in two versions of REST',
      description: `Version 1 is deprecated. Codes of errors: ${errorCodes.join(', ')}.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [
      { name: 'v2', description: 'Version 2' },
      { name: 'v1', description: 'Version 1, until 2027-01-01' },
    ],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(
          z.toJSONSchema(models, { io: 'input', uri: (id) => `#/components/schemas/${id}` }).schemas,
        ).map(([id, schema]) => [id, bare(schema as Json)]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of POST /auth' },
      },
    },
  }
}

function bare({ $schema, $id, ...schema }: Json): Json {
  return schema
}

function describeRoute({ operationId, method, path, summary, query, documented }: Route): Json {
  const { body, answer, example, failures } = documented
  const writes = method !== 'GET'
  const statuses = [...failures, 401, 406, 503, ...(body === undefined ? [] : [400, 413, 415])]
  const parameters = [
    ...parametersOf(path),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
      ...{ name, in: 'query', required: false },
      schema: bare(z.toJSONSchema(schema as z.ZodType, { io: 'input' }) as Json),
    })),
    ...(operationId === 'placeOrder' ? [header('Idempotency-Key', 'Places the order once')] : []),
    ...(failures.includes(412) ? [header('If-Match', 'Changes only what has this ETag')] : []),
    ...(method === 'GET' ? [header('If-None-Match', 'Answers 304 where this is still the ETag')] : []),
  ]
  const types =
    method === 'PATCH' ? ['application/merge-patch+json', 'application/json'] : ['application/json']
  return {
    operationId,
    summary,
    tags: ['v2'],
    security: [{}, { bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(writes &&
      body !== undefined && {
        requestBody: {
          required: true,
          content: Object.fromEntries(types.map((type) => [type, { schema: ref(body), example }])),
        },
      }),
    responses: {
      [success[method]]: {
        description: answer === undefined ? 'Done' : 'Done, in the representation that Accept asks for',
        ...(answer !== undefined && {
          content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: ref(answer) }])),
        }),
      },
      ...(method === 'GET' && { 304: { description: 'What the client has is still right' } }),
      ...failuresOf(statuses, 'application/problem+json', 'Problem'),
    },
  }
}

const bodiesV1: Readonly<Record<string, string>> = {
  logInV1: 'Credentials',
  createUserV1: 'UserV1Input',
  replaceUserV1: 'UserV1Input',
  updateUserV1: 'UserV1Patch',
}

function describeV1({ operationId, method, paths }: RouteV1): Json {
  const [path = ''] = paths
  const body = bodiesV1[operationId]
  const isLogin = operationId === 'logInV1'
  const answer = isLogin ? 'Token' : operationId === 'listUsersV1' ? 'UsersV1' : 'UserV1'
  const parameters = parametersOf(path)
  const statuses = [401, 503, ...(body === undefined ? [] : [400, 413, 415])]
  if (parameters.length > 0) statuses.push(404)
  if (!isLogin && method !== 'GET') statuses.push(409)
  return {
    operationId,
    summary: `${method} ${path}, as existing clients speak it`,
    tags: ['v1'],
    deprecated: !isLogin,
    security: isLogin ? [] : [{ bearer: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: ref(body) } } },
    }),
    responses: {
      [isLogin ? 200 : success[method]]: {
        description: 'Done',
        ...(method !== 'DELETE' && { content: { 'application/json': { schema: ref(answer) } } }),
      },
      ...failuresOf(statuses, 'application/json', 'MessageV1'),
    },
  }
}

function parametersOf(path: string): Json[] {
  if (!path.includes(':id')) return []
  return [{ name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 }, example: 1 }]
}

function header(name: string, description: string): Json {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
}

function failuresOf(statuses: readonly number[], type: string, schema: string): Json {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: texts[status] ?? '', content: { [type]: { schema: ref(schema) } } },
    ]),
  )
}
