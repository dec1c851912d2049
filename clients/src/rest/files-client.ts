import type { StoredFile } from '@polyservice-lab/contracts/users-api'
import type { CallOptions } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { answerOf, answers } from './answers.ts'
import { type ApiClientOptions, apiPath, createApiClient, withId } from './api-client.ts'
import type { ApiResponse } from './api-response.ts'
import { failureOf } from './failures.ts'

export interface NewFile {
  readonly filename: string
  /** Directories between slashes. */
  readonly directory: string
  readonly bytes: Uint8Array<ArrayBuffer> | string
}

/** Files of users-api. What ends with Api gives the answer as it is, whatever its status. */
export interface FilesClient {
  /** @param file the parts of the form; one that is left out is not sent */
  createFileApi(file: Partial<NewFile>, options?: CallOptions): Promise<ApiResponse>
  /** Takes the place of what was there. @throws LabError invalid_argument, permission_denied, resource_exhausted */
  createFile(file: NewFile, options?: CallOptions): Promise<StoredFile>
  getFileApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found */
  getFile(id: string, options?: CallOptions): Promise<StoredFile>
  deleteFileApi(id: string, options?: CallOptions): Promise<ApiResponse>
  /** @throws LabError not_found, permission_denied, failed_precondition */
  deleteFile(id: string, options?: CallOptions): Promise<void>
  downloadFileApi(
    file: Pick<StoredFile, 'directory' | 'filename'>,
    options?: CallOptions,
  ): Promise<ApiResponse>
  /** The bytes, from this server whatever the host of the URL. @throws LabError not_found */
  downloadFile(file: Pick<StoredFile, 'directory' | 'filename'>, options?: CallOptions): Promise<Uint8Array>
}

const path = `${apiPath}/files`

/**
 * @param options with a session or an access token
 * @example
 * const file = await createFilesClient({ token }).createFile({ directory: 'a', filename: 'b.txt', bytes: 'hello' })
 */
export function createFilesClient(options: ApiClientOptions): FilesClient {
  const api = createApiClient(options)
  const createFileApi: FilesClient['createFileApi'] = (file, call) =>
    api.post(path, { body: formOf(file) }, call)
  const getFileApi: FilesClient['getFileApi'] = async (id, call) => api.get(withId(path, id), {}, call)
  const deleteFileApi: FilesClient['deleteFileApi'] = async (id, call) =>
    api.delete(withId(path, id), {}, call)
  const downloadFileApi: FilesClient['downloadFileApi'] = ({ directory, filename }, call) => {
    const segments = `${directory}/${filename}`.split('/').filter((segment) => segment !== '.')
    return api.get(`/static/${segments.map(encodeURIComponent).join('/')}`, {}, call)
  }

  return {
    createFileApi,
    getFileApi,
    deleteFileApi,
    downloadFileApi,
    createFile: async (file, call) => (await answerOf(createFileApi(file, call), answers.file)).file,
    getFile: async (id, call) => (await answerOf(getFileApi(id, call), answers.file)).file,
    async deleteFile(id, call) {
      await answerOf(deleteFileApi(id, call), answers.nothing)
    },
    async downloadFile(file, call) {
      const response = await downloadFileApi(file, call)
      if (response.status === 200) return response.bytes
      throw response.status >= 400 ? failureOf(response) : new LabError('protocol_error', 'no bytes')
    },
  }
}

function formOf({ filename, directory, bytes }: Partial<NewFile>): FormData {
  const form = new FormData()
  if (filename !== undefined) form.set('filename', filename)
  if (directory !== undefined) form.set('directory', directory)
  if (bytes !== undefined) form.set('upload_file', new Blob([bytes]), filename || 'upload')
  return form
}
