import type { StoredFile } from '@polyservice-lab/contracts/users-api'
import type { CallOptions } from '../core/call-options.ts'
import { LabError } from '../core/lab-error.ts'
import { type ApiClientOptions, apiPath, createApiClient } from './api-client.ts'
import { failureOf } from './failures.ts'

export interface NewFile {
  readonly filename: string
  /** Directories between slashes. */
  readonly directory: string
  readonly bytes: Uint8Array<ArrayBuffer> | string
}

export interface FilesClient {
  /** Takes the place of what was there. @throws LabError invalid_argument, permission_denied, resource_exhausted */
  create(file: NewFile, options?: CallOptions): Promise<StoredFile>
  /** @throws LabError not_found */
  get(id: string, options?: CallOptions): Promise<StoredFile>
  /** @throws LabError not_found, permission_denied, failed_precondition */
  delete(id: string, options?: CallOptions): Promise<void>
  /** The bytes, from this server whatever the host of the URL. @throws LabError not_found */
  download(file: StoredFile, options?: CallOptions): Promise<Uint8Array>
}

const path = `${apiPath}/files`

/** @param options with the access token of a login */
export function createFilesClient(options: ApiClientOptions): FilesClient {
  const api = createApiClient(options)
  const withId = (id: string) => `${path}/${encodeURIComponent(id)}`
  return {
    async create({ filename, directory, bytes }, callOptions) {
      const body = new FormData()
      body.set('filename', filename)
      body.set('directory', directory)
      body.set('upload_file', new Blob([bytes]), filename)
      return (await api.call<{ file: StoredFile }>('POST', path, { body }, callOptions)).file
    },
    get: async (id, callOptions) =>
      (await api.call<{ file: StoredFile }>('GET', withId(id), {}, callOptions)).file,
    async delete(id, callOptions) {
      await api.call<null>('DELETE', withId(id), {}, callOptions)
    },
    async download({ directory, filename }, callOptions) {
      const segments = `${directory}/${filename}`.split('/').filter((segment) => segment !== '.')
      const url = `/static/${segments.map(encodeURIComponent).join('/')}`
      const response = await api.get(url, {}, callOptions)
      if (response.status === 200) return response.bytes
      throw response.status >= 400 ? failureOf(response) : new LabError('protocol_error', 'no bytes')
    },
  }
}
