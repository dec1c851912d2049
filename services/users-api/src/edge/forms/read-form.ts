import type { BudgetShare } from '@polyservice-lab/service-kit'
import { readBody } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import type { Blobs } from '../../domain/blobs.ts'
import type { Upload } from '../validation/upload.ts'
import { parseParameters } from './header-parameters.ts'
import { readMultipartForm } from './multipart-form.ts'

export interface FormLimits {
  /** Of a form without files, and of all texts of one with files. */
  readonly bodyBytesMax: number
  /** Of a whole form with files. */
  readonly uploadBytesMax: number
}

/** The fields of a form, and the files among them; disposing it removes those that were not kept. */
export interface Form extends AsyncDisposable {
  /** Of equal names the last counts. */
  readonly values: ReadonlyMap<string, string | Upload>
}

/**
 * Reads a form of either content type; another body is a form without fields.
 * @param share counts what is held in memory of it
 * @param fileField the name of the file that is kept; others are read and forgotten
 * @throws HttpError 400, 413, AppError unavailable, insufficient_storage
 */
export type FormReader = (
  request: Request,
  share: BudgetShare,
  fileField: string | undefined,
) => Promise<Form>

export function createFormReader(limits: FormLimits, blobs: Blobs): FormReader {
  return async (request, share, fileField) => {
    const { value, parameters } = parseParameters(request.headers['content-type'] ?? '')
    const uploads: Upload[] = []
    const forget = () =>
      blobs.remove(uploads.filter(({ kept, blobId }) => !kept && blobId !== '').map(({ blobId }) => blobId))

    async function read(): Promise<Form['values']> {
      if (value === 'application/x-www-form-urlencoded')
        return parseUrlEncoded(await readBody(request, limits.bodyBytesMax, share))
      if (value !== 'multipart/form-data') return new Map()
      const bytesMax = { whole: limits.uploadBytesMax, texts: limits.bodyBytesMax }
      const options = { request, parameters, bytesMax, share, blobs, fileField }
      return new Map(await readMultipartForm(options, uploads))
    }

    try {
      return { values: await read(), [Symbol.asyncDispose]: forget }
    } catch (error) {
      await forget()
      throw error
    }
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
