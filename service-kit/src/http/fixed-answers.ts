import type { Endpoint } from './http-app.ts'

const html = 'text/html; charset=utf-8'

/** Makes a page that is the same for everybody. */
export function htmlPage(path: string, title: string, body: string): Endpoint {
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
${body}
</html>
`
  return fixedAnswer(path, html, text)
}

/** Makes an answer that is the same for everybody. */
export function fixedAnswer(path: string, contentType: string, content: string | Buffer): Endpoint {
  const body = Buffer.from(content)
  const headers = { 'Content-Type': contentType, 'Content-Length': body.length, 'Cache-Control': 'no-cache' }
  return {
    method: 'GET',
    path,
    operation: 'page',
    handle: (_request, response) => void response.writeHead(200, headers).end(body),
  }
}
