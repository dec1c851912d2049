/** What is wrong with the name of a file; undefined where nothing is. */
export function brokenFilename(filename: string): string | undefined {
  if (filename.includes('/')) return 'filename should not contain a slash'
  return filename === '.' || filename === '..' ? 'filename should be the name of a file' : undefined
}

/** What is wrong with a directory; undefined where nothing is. One slash at its end is its own. */
export function brokenDirectory(directory: string): string | undefined {
  if (directory.startsWith('/')) return 'directory should be relative'
  const segments = directory.replace(/\/$/, '').split('/')
  if (segments.includes('')) return 'directory should not contain empty segments'
  return segments.includes('..') ? 'directory should not leave the storage' : undefined
}

/**
 * The place in the storage that a path of names means: without `.` and empty segments, `..` goes up.
 * @returns undefined where it leaves the storage
 */
export function normalizePath(path: string): string | undefined {
  const names: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..' && names.pop() === undefined) return undefined
    if (segment !== '' && segment !== '.' && segment !== '..') names.push(segment)
  }
  return names.join('/')
}
