import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What a file keeps (mode 0600): the candidate, where there is no such file yet. */
export async function keepSecret(path: string, candidate: Buffer): Promise<Buffer> {
  const kept = await readFile(path).catch(absent)
  if (kept !== undefined && kept.length >= candidate.length) return kept
  const temporary = `${path}.new`
  await using file = await open(temporary, 'w', 0o600)
  await file.writeFile(candidate)
  await file.sync()
  await rename(temporary, path)
  await using directory = await open(dirname(path))
  await directory.sync()
  return candidate
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
