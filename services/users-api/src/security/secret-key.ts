import { randomBytes } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

export const secretKeyBytesMin = 32

/** The key that signs tokens: the one that was given, or one that is made at the first start and kept (mode 0600). */
export async function loadSecretKey(
  given: string | undefined,
  dataDir: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (given !== undefined) return new TextEncoder().encode(given)
  const path = join(dataDir, 'jwt-secret-key')
  const kept = await readFile(path).catch(absent)
  if (kept !== undefined && kept.length >= secretKeyBytesMin) return new Uint8Array(kept)
  const key = randomBytes(64)
  const temporary = `${path}.new`
  await using file = await open(temporary, 'w', 0o600)
  await file.writeFile(key)
  await file.sync()
  await rename(temporary, path)
  await using directory = await open(dataDir)
  await directory.sync()
  return new Uint8Array(key)
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
