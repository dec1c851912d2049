import type { Readable } from 'node:stream'
import { Dicer } from '@fastify/busboy'
import { HttpError, readChunks } from '@polyservice-lab/service-kit/http'
import type { Request } from 'express'
import { unparsable } from '../body.ts'
import { parseParameters } from './header-parameters.ts'

/** RFC 2046, 5.1.1 allows 70 characters; clients are not that strict, the search for it is (256 with what is around). */
const boundaryCharsMax = 200

/** What a part says of itself in its Content-Disposition, and its bytes, which end with an error where the form does. */
export interface Part {
  readonly parameters: ReadonlyMap<string, string>
  readonly bytes: Readable
}

type Headers = Readonly<Record<string, readonly string[]>>

/**
 * Reads the parts of a multipart body (RFC 2046, 5.1), each while it arrives. Once one of them is wrong, or the client is
 * gone, all of them end with an error, so that nothing waits for bytes that do not come.
 * @param take reads a part to its end
 * @throws HttpError 400, 413, and what `take` throws
 */
export async function readParts<T>(
  request: Request,
  boundary: string,
  bytesMax: number,
  take: (part: Part) => Promise<T>,
): Promise<T[]> {
  if (boundary === '' || boundary.length > boundaryCharsMax) throw new HttpError(400, unparsable)
  const parser = new Dicer({ boundary })
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  // It may fail before anything waits for it.
  failed.catch(() => {})
  const ended = new Promise<void>((resolve) => parser.once('finish', resolve))
  parser.on('error', () => fail(new HttpError(400, unparsable)))
  const parts: Readable[] = []
  const taken: Promise<T>[] = []
  parser.on('part', (bytes) => {
    parts.push(bytes)
    bytes.on('error', fail)
    bytes.once('header', (headers) => {
      const [disposition = ''] = (headers as Headers)['content-disposition'] ?? []
      const read = take({ parameters: parseParameters(disposition).parameters, bytes })
      read.catch(fail)
      taken.push(read)
    })
  })
  try {
    for await (const chunk of readChunks(request, bytesMax))
      await Promise.race([failed, new Promise<void>((done) => parser.write(chunk, () => done()))])
    parser.end()
    await Promise.race([failed, ended])
    // A part whose headers do not end is no part.
    if (taken.length < parts.length) throw new HttpError(400, unparsable)
    return await Promise.all(taken)
  } catch (error) {
    for (const part of parts) part.destroy(new Error('the form has failed'))
    await Promise.allSettled(taken)
    throw error
  }
}
