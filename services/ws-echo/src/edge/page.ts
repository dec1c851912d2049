import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The page for people: one file that loads nothing and speaks to nobody but this server. */
export interface Page {
  readonly html: Buffer
  readonly headers: Readonly<Record<string, string | number>>
}

/** Reads the page and allows exactly the script and the style that stand in it (Content Security Policy 3). */
export function loadPage(): Page {
  const html = readFileSync(new URL('page.html', import.meta.url))
  const text = html.toString()
  const policy = [
    "default-src 'none'",
    `script-src ${hashesOf(text, 'script')}`,
    `style-src ${hashesOf(text, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    html,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': html.length,
      'Content-Security-Policy': policy.join('; '),
      'Cache-Control': 'no-cache',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Accept',
    },
  }
}

function hashesOf(html: string, element: 'script' | 'style'): string {
  const contents = html.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))
  const hashes = Array.from(contents, ([, content = '']) =>
    createHash('sha256').update(content).digest('base64'),
  )
  return hashes.map((hash) => `'sha256-${hash}'`).join(' ')
}
