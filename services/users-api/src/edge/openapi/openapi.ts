import { basePath } from '../base-path.ts'
import type { FieldsSchema, Route, Tag } from '../route.ts'
import { schemas } from '../validation/schemas.ts'
import { components, describeAnswer, describeSchema, type JsonSchema } from './components.ts'

const tags: Readonly<Record<Tag, string>> = {
  authentication: 'Log in, and stay logged in',
  users: 'Who may log in',
  files: 'Stored files; their bytes are at their url',
  courses: 'Courses of a user',
  exercises: 'Exercises of a course',
}

const contentTypes = {
  json: ['application/json'],
  form: ['application/x-www-form-urlencoded', 'multipart/form-data'],
  upload: ['multipart/form-data'],
} as const

/** The OpenAPI 3.1 document of routes; its schemas are those that validate. */
export function describeApi(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const route of routes) {
    const path = basePath + route.path
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'users-api',
      version: '0.1.0',
      summary: 'REST with JWT: users, files, courses, exercises',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components,
  }
}

function describeRoute(route: Route): JsonSchema {
  const { operationId, tag, summary, secured, body } = route
  const parameters = [
    ...describeParameters('path', route.pathFields),
    ...describeParameters('query', route.queryFields),
  ]
  const content = contentTypes[body?.kind ?? 'json'].map((type) => [
    type,
    body && { schema: describeSchema(body.schema) },
  ])
  return {
    operationId,
    tags: [tag],
    summary,
    security: secured ? [{ bearer: [] }, { password: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: Object.fromEntries(content) } }),
    responses: describeResponses(route),
  }
}

function describeParameters(where: 'path' | 'query', fields: FieldsSchema | undefined): JsonSchema[] {
  return Object.entries(fields?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: where,
    required: !schema.isOptional(),
    schema: describeSchema(schema),
  }))
}

function describeResponses(route: Route): JsonSchema {
  const { method, tag, answer, secured, failures, body, pathFields, queryFields } = route
  const fields = { ...pathFields?.shape, ...queryFields?.shape }
  // A login keeps nothing.
  const writes = method !== 'GET' && tag !== 'authentication'
  const texts: Record<number, string> = {
    ...(body && {
      400: 'The body cannot be parsed',
      408: 'The body did not arrive in time',
      413: 'The body is too large',
    }),
    ...(secured && { 401: 'Not authenticated, or an invalid or expired token' }),
    500: 'A fault of the server; the id in X-Request-Id stands in its log',
    503: 'Not now: Retry-After tells the seconds to wait',
    ...(writes && { 507: 'There is no room on the disk' }),
    ...failures,
  }
  const answers: Record<string, JsonSchema> = { 200: describeAnswer('Done', answer) }
  if (body !== undefined || Object.keys(fields).length > 0)
    answers[422] = describeAnswer('Values of the request are wrong', schemas.Faults)
  for (const [status, text] of Object.entries(texts)) answers[status] = describeAnswer(text, schemas.Failure)
  return answers
}
