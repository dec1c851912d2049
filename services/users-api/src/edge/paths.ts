/**
 * The path of a request as routes see it: each escaped byte decoded once, so that %2F separates like a slash does;
 * what is not UTF-8 becomes U+FFFD, and an escape that is none stays as it is.
 */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/** A decoded path as a URL has it: every segment escaped. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/')
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed())
}

/** Characters that stay in a Location header: those that a URI is made of (RFC 3986 section 2). */
export function encodeLocation(location: string): string {
  return location
    .toWellFormed()
    .replace(/[^A-Za-z0-9\-._~:/%#?=@[\]!$&'()*+,;]/gu, (character) => encodeURIComponent(character))
}

/**
 * Matches the segments of a path against a pattern and gives its parameters: `/users/{user_id}`, where a name in
 * braces is any one segment, or `/static/*`, where the star is all that follows.
 */
export function pathMatcher(
  pattern: string,
): (segments: readonly string[]) => ReadonlyMap<string, string> | undefined {
  const expected = pattern.split('/')
  const isOpen = expected.at(-1) === '*'
  if (isOpen) expected.pop()
  return (segments) => {
    if (isOpen ? segments.length <= expected.length : segments.length !== expected.length) return undefined
    const params = new Map<string, string>()
    for (const [i, wanted] of expected.entries()) {
      const found = segments[i] ?? ''
      if (!wanted.startsWith('{')) {
        if (wanted !== found) return undefined
      } else if (found === '') return undefined
      else params.set(wanted.slice(1, -1), found)
    }
    return params
  }
}
