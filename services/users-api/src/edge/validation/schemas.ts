import { defineSchemas } from '@polyservice-lab/contracts/users-api'
import { parseEmail } from './email/email.ts'
import { parseInteger } from './integer.ts'
import { scalar } from './scalar.ts'
import { parseUuid } from './uuid.ts'

const uuid = { type: 'string', format: 'uuid', examples: ['5f0c1a8e-5c7c-4c53-8a0b-0a5f0c1a8e5c'] } as const

/** An id in a path or a query: nothing has one of another version than 4, and asking for it is no fault. */
export const anyId = scalar((input) => parseUuid(input), uuid)

/** The schemas of the contract; ids, emails and integers are taken in every spelling that it allows. */
export const schemas = defineSchemas({
  id: scalar((input) => parseUuid(input, 4), uuid),
  email: (charactersMax) =>
    scalar((input) => parseEmail(input, charactersMax), {
      type: 'string',
      format: 'email',
      ...(charactersMax === undefined ? {} : { maxLength: charactersMax }),
      examples: ['ada.lovelace@example.com'],
    }),
  integer: scalar(parseInteger, { type: 'integer', format: 'int64', examples: [100] }),
})
