import type { IncomingMessage } from 'node:http'
import type { Blobs } from '../../domain/blobs.ts'
import { readBytes } from '../body.ts'
import { Upload } from '../validation/upload.ts'
import { parseParameters } from './header-parameters.ts'
import { type FormLimits, readMultipart } from './read-multipart.ts'

/** The fields of a form, and the files among them; disposing it removes those that were not kept. */
export interface Form extends AsyncDisposable {
  /** Of equal names the last counts. */
  readonly values: ReadonlyMap<string, string | Upload>
}

/**
 * Reads a form of either content type; another body is a form without fields.
 * @param fileField the name of the file that is kept; others are read and forgotten
 * @throws HttpError 400, 413, AppError unavailable
 */
export type FormReader = (request: IncomingMessage, fileField: string | undefined) => Promise<Form>

export function createFormReader(limits: FormLimits, blobs: Blobs): FormReader {
  return async (request, fileField) => {
    const { value, parameters } = parseParameters(request.headers['content-type'] ?? '')
    if (value === 'multipart/form-data') {
      const uploads: Upload[] = []
      const form = {
        values: new Map<string, string | Upload>(),
        async [Symbol.asyncDispose]() {
          await blobs.remove(
            uploads.filter(({ kept, blobId }) => !kept && blobId !== '').map(({ blobId }) => blobId),
          )
        },
      }
      try {
        for await (const [name, field] of readMultipart({ request, parameters, limits, blobs, fileField })) {
          if (field instanceof Upload) uploads.push(field)
          form.values.set(name, field)
        }
      } catch (error) {
        await form[Symbol.asyncDispose]()
        throw error
      }
      return form
    }
    const values =
      value === 'application/x-www-form-urlencoded'
        ? parseUrlEncoded(await readBytes(request, limits))
        : new Map<string, string>()
    return { values, [Symbol.asyncDispose]: async () => {} }
  }
}

/** Fields between & or ; with + for a blank; of equal names the last counts. */
function parseUrlEncoded(bytes: Buffer): Map<string, string> {
  const fields = bytes
    .toString('latin1')
    .split(/[&;]/)
    .filter((field) => field !== '')
  return new Map(
    fields.map((field) => {
      const equals = field.indexOf('=')
      const [name, value] = equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)]
      return [decodeField(name), decodeField(value)]
    }),
  )
}

function decodeField(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
      Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
    )
}
