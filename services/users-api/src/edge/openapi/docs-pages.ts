import { readFile } from 'node:fs/promises'
import type { RequestHandler } from 'express'

/** A document that is the same for everybody. */
export interface Page {
  readonly path: string
  readonly contentType: string
  readonly body: Buffer
}

const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

const head = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>users-api</title>`

const home = `${head}
<h1>users-api</h1>
<p>A REST API with JSON Web Tokens: users, files, courses and exercises, under <code>/api/v1</code>.</p>
<ul>
<li><a href="/docs">Interactive documentation</a>: log in and try every route</li>
<li><a href="/openapi.json">OpenAPI 3.1</a></li>
</ul>
</html>
`

const docs = `${head}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true })
`

/** The pages for people, Swagger UI among them, and the document that it shows; read once. */
export async function createPages(openApi: unknown): Promise<readonly Page[]> {
  const [bundle, css] = await Promise.all([
    readFile(new URL(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'))),
    readFile(new URL(import.meta.resolve('swagger-ui-dist/swagger-ui.css'))),
  ])
  return [
    { path: '/', contentType: html, body: Buffer.from(home) },
    { path: '/docs', contentType: html, body: Buffer.from(docs) },
    { path: '/docs/start.js', contentType: script, body: Buffer.from(start) },
    { path: '/docs/swagger-ui-bundle.js', contentType: script, body: bundle },
    { path: '/docs/swagger-ui.css', contentType: 'text/css; charset=utf-8', body: css },
    { path: '/openapi.json', contentType: 'application/json', body: Buffer.from(JSON.stringify(openApi)) },
  ]
}

export function servePage({ contentType, body }: Page): RequestHandler {
  return (_request, response) => {
    response.locals['operation'] = 'page'
    response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': body.length }).end(body)
  }
}
