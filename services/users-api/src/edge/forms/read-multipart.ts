import type { IncomingMessage } from 'node:http'
import type { Blobs, BlobWriter } from '../../domain/blobs.ts'
import { type BodyLimits, readChunks, tooLarge, unparsable } from '../body.ts'
import { HttpError } from '../errors.ts'
import { Upload } from '../validation/upload.ts'
import { parseParameters } from './header-parameters.ts'
import { MultipartParser, MultipartSyntaxError } from './multipart-parser.ts'

export interface FormLimits extends BodyLimits {
  /** Of a whole form with files. */
  readonly uploadBytesMax: number
}

const textBytesMax = 1_048_576
const partsMax = 1000

export interface MultipartOptions {
  readonly request: IncomingMessage
  /** Of the content type: boundary and charset. */
  readonly parameters: ReadonlyMap<string, string>
  readonly limits: FormLimits
  readonly blobs: Blobs
  readonly fileField: string | undefined
}

type Field = readonly [name: string, value: string | Upload]

/** A part that is being read. */
interface Part {
  readonly name: string
  /** The name of a file; undefined for a text. */
  readonly filename: string | undefined
  readonly chunks: Buffer[]
  readonly writer: BlobWriter | undefined
  sizeBytes: number
}

/**
 * The fields of a multipart form (RFC 7578) as they arrive; a file is on the disk when its field comes.
 * @throws HttpError 400, 413, AppError unavailable
 */
export async function* readMultipart(options: MultipartOptions): AsyncGenerator<Field> {
  const { request, parameters, limits, blobs } = options
  const boundary = parameters.get('boundary')
  if (boundary === undefined) throw new HttpError(400, 'Missing boundary in multipart.')
  const parser = new MultipartParser(boundary)
  const decode = textDecoder(parameters.get('charset') ?? 'utf-8')
  const counts = { text: 0, file: 0 }
  let part: Part | undefined
  let textBytes = 0
  using share = limits.receiveBudget.open()
  try {
    for await (const chunk of readChunks(request, limits.uploadBytesMax)) {
      for (const event of parser.write(chunk)) {
        if (event.type === 'part') {
          part = await beginPart(event.headers, decode, options.fileField, blobs)
          countPart(counts, part)
        } else if (part !== undefined && event.type === 'data') {
          await takeData(part, event.bytes)
          if (part.filename === undefined) textBytes += event.bytes.length
          if (textBytes > limits.bodyBytesMax) throw tooLarge()
          share.hold(textBytes)
        } else if (part !== undefined) {
          yield await endPart(part, decode)
          part = undefined
        }
      }
    }
  } catch (error) {
    throw error instanceof MultipartSyntaxError ? new HttpError(400, unparsable) : error
  } finally {
    await part?.writer?.[Symbol.asyncDispose]()
  }
}

async function beginPart(
  headers: ReadonlyMap<string, string>,
  decode: (bytes: Buffer) => string,
  fileField: string | undefined,
  blobs: Blobs,
): Promise<Part> {
  const { parameters } = parseParameters(headers.get('content-disposition') ?? '')
  const written = (name: string) => {
    const value = parameters.get(name)
    return value === undefined ? undefined : decode(Buffer.from(value, 'latin1'))
  }
  const name = written('name')
  if (name === undefined)
    throw new HttpError(400, 'The Content-Disposition header field "name" must be provided.')
  // RFC 5987's spelling of a name is as good a sign of a file.
  const filename = written('filename') ?? written('filename*')
  const kept = filename !== undefined && name === fileField
  return { name, filename, chunks: [], writer: kept ? await blobs.create() : undefined, sizeBytes: 0 }
}

function countPart(counts: { text: number; file: number }, part: Part): void {
  const [kind, plural] =
    part.filename === undefined ? (['text', 'fields'] as const) : (['file', 'files'] as const)
  counts[kind]++
  if (counts[kind] > partsMax)
    throw new HttpError(400, `Too many ${plural}. Maximum number of ${plural} is ${partsMax}.`)
}

async function takeData(part: Part, bytes: Buffer): Promise<void> {
  part.sizeBytes += bytes.length
  if (part.filename !== undefined) return part.writer?.write(bytes)
  if (part.sizeBytes > textBytesMax)
    throw new HttpError(400, `Part exceeded maximum size of ${textBytesMax / 1024}KB.`)
  // The chunk that it is part of goes, and with it the memory.
  part.chunks.push(Buffer.from(bytes))
}

async function endPart(part: Part, decode: (bytes: Buffer) => string): Promise<Field> {
  if (part.filename === undefined) return [part.name, decode(Buffer.concat(part.chunks))]
  await using writer = part.writer
  return [part.name, new Upload(part.filename, part.sizeBytes, (await writer?.finish()) ?? '')]
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
