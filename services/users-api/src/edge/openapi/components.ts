import * as z from 'zod'
import { basePath } from '../base-path.ts'
import { schemas } from '../validation/schemas.ts'

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 shows it, and what else a document is made of. */
export type JsonSchema = { readonly [key: string]: unknown }

const models = z.registry<{ readonly id: string }>()
for (const [id, schema] of Object.entries<z.ZodType>(schemas))
  if (id !== 'Nothing') models.add(schema, { id })

const uri = (id: string) => `#/components/schemas/${id}`

/** What the routes share. */
export const components: JsonSchema = {
  schemas: Object.fromEntries(
    Object.entries(z.toJSONSchema(models, { io: 'input', uri }).schemas).map(([id, schema]) => [
      id,
      bare(schema),
    ]),
  ),
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token of a login',
    },
    password: {
      type: 'oauth2',
      description: 'Logs in with email (as the username) and password',
      flows: { password: { tokenUrl: `${basePath}/authentication/token`, scopes: {} } },
    },
  },
}

/** The schema as JSON Schema; one of the models by its name. */
export function describeSchema(schema: z.ZodType): JsonSchema {
  const id = models.get(schema)?.id
  return id === undefined ? bare(z.toJSONSchema(schema, { io: 'input' })) : { $ref: uri(id) }
}

function bare({ $schema, $id, ...schema }: JsonSchema): JsonSchema {
  return schema
}

export function describeAnswer(description: string, schema: z.ZodType): JsonSchema {
  return { description, content: { 'application/json': { schema: describeSchema(schema) } } }
}
