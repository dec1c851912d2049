import { basePath } from '../base-path.ts'
import type { JsonSchema } from '../validation/schema.ts'

/** What the routes share. */
export const components: JsonSchema = {
  schemas: {
    Failure: {
      type: 'object',
      properties: { detail: { type: 'string' } },
      required: ['detail'],
    },
    Faults: {
      type: 'object',
      properties: { detail: { type: 'array', items: { $ref: '#/components/schemas/Fault' } } },
      required: ['detail'],
    },
    Fault: {
      type: 'object',
      properties: {
        type: { type: 'string', examples: ['string_too_short'] },
        loc: {
          type: 'array',
          items: { type: ['string', 'integer'] },
          examples: [['body', 'lastName']],
        },
        msg: { type: 'string', examples: ['String should have at least 1 character'] },
        input: { description: 'What was sent' },
        ctx: { type: 'object', description: 'The values that msg is made with' },
      },
      required: ['type', 'loc', 'msg', 'input'],
    },
  },
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

export function failureContent(description: string): JsonSchema {
  return content(description, 'Failure')
}

export const faultContent = content('Values of the request are wrong', 'Faults')

function content(description: string, name: string): JsonSchema {
  const schema = { $ref: `#/components/schemas/${name}` }
  return { description, content: { 'application/json': { schema } } }
}
