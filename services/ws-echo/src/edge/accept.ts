/**
 * Whether an Accept header (RFC 9110, 12.5.1) names text/html and nothing that it prefers to it. A wildcard does
 * not name it: programs send one, people's browsers send both.
 */
export function prefersHtml(accept: string): boolean {
  const ranges = accept.split(',').map(parseRange)
  const html = ranges.find(({ type }) => type === 'text/html')
  if (html === undefined || html.quality === 0) return false
  return ranges.every(({ quality }) => quality <= html.quality)
}

function parseRange(text: string): { type: string; quality: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 }
}
