import type { BudgetShare } from '@polyservice-lab/service-kit'
import { HttpError, readBody } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import { RequestInvalidError } from './errors.ts'
import { decodeText } from './json/decode-text.ts'
import type { JsonValue } from './json/json-value.ts'
import { JsonSyntaxError, parseJson } from './json/parse-json.ts'

/** Why a body that is neither JSON nor a form cannot be taken. */
export const unparsable = 'There was an error parsing the body'

/**
 * The value of a JSON body, undefined where there is none. A body of another content type is its text.
 * @throws RequestInvalidError for a syntax error, HttpError 400 for what is no text, 413, AppError unavailable
 */
export async function readJsonBody(
  request: Request,
  bytesMax: number,
  share: BudgetShare,
): Promise<JsonValue | undefined> {
  const bytes = await readBody(request, bytesMax, share)
  if (bytes.length === 0) return undefined
  if (!isJson(request.headers['content-type'])) return bytes.toString('utf8')
  try {
    return parseJson(decodeText(bytes)) ?? undefined
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw new HttpError(400, unparsable)
    const { message, position } = error
    throw new RequestInvalidError([
      {
        type: 'json_invalid',
        loc: ['body', BigInt(position)],
        msg: 'JSON decode error',
        input: {},
        ctx: { error: message },
      },
    ])
  }
}

/** application/json, application/*+json, or nothing at all. */
function isJson(contentType = ''): boolean {
  return contentType === '' || /^\s*application\/(?:json|[^\s;]*\+json)\s*(?:;|$)/i.test(contentType)
}
