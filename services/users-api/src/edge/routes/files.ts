import * as z from 'zod'
import { brokenDirectory, brokenFilename } from '../../domain/file-names.ts'
import type { Files } from '../../domain/files.ts'
import { type Route, securedRoute } from '../route.ts'
import { refined } from '../validation/scalar.ts'
import { anyId, schemas } from '../validation/schemas.ts'
import { uploadSchema } from '../validation/upload.ts'
import { type HostOf, viewFile } from '../views.ts'

const { filename, directory } = schemas.File.shape
const pathFields = { file_id: anyId }
const answer = schemas.FileAnswer
const form = z.object({
  filename: refined(filename, brokenFilename),
  directory: refined(directory, brokenDirectory),
  upload_file: uploadSchema,
})

export function fileRoutes(files: Files, hostOf: HostOf): Route[] {
  return [
    securedRoute('POST /files', {
      operationId: 'createFile',
      summary: 'Store a file; it takes the place of what was there',
      body: { kind: 'upload', schema: form },
      answer,
      failures: { 403: 'The file that was there is not yours' },
      async handle({ caller, request, body: { upload_file: bytes, ...names } }) {
        const { blobId, sizeBytes } = bytes
        const file = await files.create(caller, {
          ...names,
          content: { blobId, sizeBytes, modifiedAtMs: Date.now() },
        })
        bytes.kept = true
        return { file: viewFile(file, hostOf(request)) }
      },
    }),
    securedRoute('GET /files/{file_id}', {
      operationId: 'getFile',
      summary: 'Get a file',
      pathFields,
      answer,
      failures: { 404: 'File not found' },
      handle: async ({ path, request }) => ({
        file: viewFile(await files.get(path.file_id), hostOf(request)),
      }),
    }),
    securedRoute('DELETE /files/{file_id}', {
      operationId: 'deleteFile',
      summary: 'Delete a file',
      pathFields,
      failures: { 403: 'The file is not yours', 404: 'File not found', 409: 'A course uses the file' },
      handle: ({ path, caller }) => files.delete(caller, path.file_id),
    }),
  ]
}
