import * as z from 'zod'
import { brokenDirectory, brokenFilename } from '../../domain/file-names.ts'
import type { Files } from '../../domain/files.ts'
import { type Route, securedRoute } from '../route.ts'
import { refined } from '../validation/scalar.ts'
import { schemas } from '../validation/schemas.ts'
import { uploadSchema } from '../validation/upload.ts'
import { viewFile } from '../views.ts'

const { id } = schemas.File.shape
const pathFields = { file_id: id }
const answer = schemas.FileAnswer
const { filename, directory } = schemas.NewFile.shape

/** @param appHost what the URLs of files begin with */
export function fileRoutes(files: Files, appHost: string): Route[] {
  return [
    securedRoute({
      method: 'POST',
      path: '/files',
      operationId: 'createFile',
      tag: 'files',
      summary: 'Store a file; it takes the place of what was there',
      body: {
        kind: 'upload',
        schema: z.object({
          filename: refined(filename, brokenFilename),
          directory: refined(directory, brokenDirectory),
          upload_file: uploadSchema,
        }),
      },
      answer,
      failures: { 403: 'The file that was there is not yours' },
      async handle({ caller, body: { filename, directory, upload_file: bytes } }) {
        const { blobId, sizeBytes } = bytes
        const content = { blobId, sizeBytes, modifiedAtMs: Date.now() }
        const file = await files.create(caller, { filename, directory, content })
        bytes.kept = true
        return { file: viewFile(file, appHost) }
      },
    }),
    securedRoute({
      method: 'GET',
      path: '/files/{file_id}',
      operationId: 'getFile',
      tag: 'files',
      summary: 'Get a file',
      pathFields,
      answer,
      failures: { 404: 'File not found' },
      handle: async ({ path }) => ({ file: viewFile(await files.get(path.file_id), appHost) }),
    }),
    securedRoute({
      method: 'DELETE',
      path: '/files/{file_id}',
      operationId: 'deleteFile',
      tag: 'files',
      summary: 'Delete a file',
      pathFields,
      answer: schemas.Nothing,
      failures: { 403: 'The file is not yours', 404: 'File not found', 409: 'A course uses the file' },
      async handle({ path, caller }) {
        await files.delete(caller, path.file_id)
        return null
      },
    }),
  ]
}
