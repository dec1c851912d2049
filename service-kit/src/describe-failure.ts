/** What a person can do about the failures of an operating system; the text ends the sentence. */
const sentences: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another process; free it or choose another port',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EACCES: 'is not permitted for the user of this process',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'no space is left on the device',
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
}

/** One sentence for the person who started the process. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  const sentence = code === undefined ? undefined : sentences[code]
  if (sentence === undefined) return error.message
  const subject = port === undefined ? path : `${address}:${port}`
  return subject === undefined ? sentence : `${subject} ${sentence}`
}
