import type { BudgetShare } from '@polyservice-lab/service-kit'
import { HttpError, holdUnfinished, tooLarge } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import type { Blobs } from '../../domain/blobs.ts'
import { Upload } from '../validation/upload.ts'
import { type Part, readParts } from './multipart-parts.ts'

const textBytesMax = 1_048_576
/** Of texts, and of files. */
const fieldsMax = 1000

export interface MultipartOptions {
  readonly request: Request
  /** Of the content type: boundary and charset. */
  readonly parameters: ReadonlyMap<string, string>
  /** Of the whole body, and of its texts. */
  readonly bytesMax: { readonly whole: number; readonly texts: number }
  /** Counts the texts. */
  readonly share: BudgetShare
  readonly blobs: Blobs
  /** The name of the file that is kept; others are read and forgotten. */
  readonly fileField: string | undefined
}

type Field = [name: string, value: string | Upload]

/**
 * Reads a multipart form (RFC 7578); its file is on the disk when this resolves.
 * @param uploads takes every file that is on the disk, also where the form turns out to be wrong
 * @throws HttpError 400, 413, AppError unavailable, insufficient_storage
 */
export async function readMultipartForm(options: MultipartOptions, uploads: Upload[]): Promise<Field[]> {
  const { request, parameters, bytesMax, share, blobs, fileField } = options
  const boundary = parameters.get('boundary')
  if (boundary === undefined) throw new HttpError(400, 'Missing boundary in multipart.')
  const decode = textDecoder(parameters.get('charset') ?? 'utf-8')
  const counts = { fields: 0, files: 0 }
  let bytesOfTexts = 0

  function count(kind: keyof typeof counts): void {
    counts[kind]++
    if (counts[kind] > fieldsMax)
      throw new HttpError(400, `Too many ${kind}. Maximum number of ${kind} is ${fieldsMax}.`)
  }

  async function takeText(bytes: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = []
    let sizeBytes = 0
    for await (const chunk of bytes) {
      sizeBytes += chunk.length
      bytesOfTexts += chunk.length
      if (sizeBytes > textBytesMax)
        throw new HttpError(400, `Part exceeded maximum size of ${textBytesMax / 1024}KB.`)
      if (bytesOfTexts > bytesMax.texts) throw tooLarge()
      await holdUnfinished(request, share, bytesOfTexts)
      // The chunk that it is part of goes, and with it the memory.
      chunks.push(Buffer.from(chunk))
    }
    return decode(Buffer.concat(chunks))
  }

  async function takePart({ parameters, bytes: part }: Part): Promise<Field> {
    // A part that is left early would end with an error of its own, and hide the one for which it was left.
    const bytes = part.iterator({ destroyOnReturn: false })
    const written = (parameter: string) => {
      const value = parameters.get(parameter)
      return value === undefined ? undefined : decode(Buffer.from(value, 'latin1'))
    }
    const name = written('name')
    if (name === undefined)
      throw new HttpError(400, 'The Content-Disposition header field "name" must be provided.')
    // RFC 5987's spelling of a name is as good a sign of a file.
    const filename = written('filename') ?? written('filename*')
    count(filename === undefined ? 'fields' : 'files')
    if (filename === undefined) return [name, await takeText(bytes)]
    const upload = await takeFile(filename, bytes, name === fileField ? blobs : undefined)
    uploads.push(upload)
    return [name, upload]
  }

  return readParts(request, boundary, bytesMax.whole, takePart)
}

async function takeFile(
  filename: string,
  bytes: AsyncIterable<Buffer>,
  blobs: Blobs | undefined,
): Promise<Upload> {
  await using writer = await blobs?.create()
  let sizeBytes = 0
  for await (const chunk of bytes) {
    sizeBytes += chunk.length
    await writer?.write(chunk)
  }
  return new Upload(filename, sizeBytes, (await writer?.finish()) ?? '')
}

/** Text that is not of its charset is read as Latin-1, like all that is of none. */
function textDecoder(charset: string): (bytes: Buffer) => string {
  return (bytes) => {
    try {
      return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return bytes.toString('latin1')
    }
  }
}
