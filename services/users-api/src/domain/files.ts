import { AppError } from '@polyservice-lab/service-kit/app-error'
import type { StoredFile, User } from './entities.ts'
import { normalizePath } from './file-names.ts'
import { type Policy, requireOwner } from './policy.ts'
import type { FileStore, StoredContent } from './store.ts'

interface NewFileFields {
  readonly filename: string
  readonly directory: string
  readonly content: StoredContent
}

export interface Files {
  /** Takes the place of the bytes that were there. @throws AppError permission_denied where they are another's */
  create(caller: User, fields: NewFileFields): Promise<StoredFile>
  /** @throws AppError not_found */
  get(id: string): Promise<StoredFile>
  /** @throws AppError not_found, permission_denied, failed_precondition */
  delete(caller: User, id: string): Promise<void>
  /** The bytes at a path of names between slashes; undefined where there are none. */
  read(path: string): Promise<StoredContent | undefined>
}

export interface FilesDeps {
  readonly store: FileStore
  readonly policy: Policy
  readonly newId: () => string
}

export function createFiles({ store, policy, newId }: FilesDeps): Files {
  async function get(id: string): Promise<StoredFile> {
    const file = await store.find(id)
    if (file === undefined) throw new AppError('not_found', 'File not found')
    return file
  }
  return {
    get,
    async create(caller, { filename, directory, content }) {
      const path = normalizePath(`${directory}/${filename}`)
      if (path === undefined) throw new AppError('invalid_argument', 'the file leaves the storage')
      if (policy === 'strict' && (await store.isTaken(path, caller.id)))
        throw new AppError('permission_denied', 'Not allowed')
      const file = { id: newId(), filename, directory, ownerId: caller.id }
      await store.insert({ ...file, path, content })
      return file
    },
    async delete(caller, id) {
      const file = await get(id)
      requireOwner(policy, caller.id, file.ownerId)
      await store.delete(id)
    },
    async read(path) {
      const normal = normalizePath(path)
      return normal === undefined ? undefined : store.findContent(normal)
    },
  }
}
