import { readFile } from 'node:fs/promises'
import type { Endpoint } from './http-app.ts'

const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

/** What a service says of its API. */
export interface ApiDocs {
  readonly title: string
  /** HTML of the page at `/`, below its heading. */
  readonly introduction: string
  readonly openApi: unknown
}

/**
 * Makes the pages of an HTTP API, read once: `/`, Swagger UI at `/docs` and the OpenAPI document at `/openapi.json`.
 * Nothing of them comes from another server.
 */
export async function describeHttpApi({
  title,
  introduction,
  openApi,
}: ApiDocs): Promise<readonly Endpoint[]> {
  const [bundle, css] = await Promise.all([
    readFile(new URL(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'))),
    readFile(new URL(import.meta.resolve('swagger-ui-dist/swagger-ui.css'))),
  ])
  return [
    htmlPage('/', title, `<h1>${title}</h1>\n${introduction}`),
    htmlPage('/docs', title, swagger),
    fixedAnswer('/docs/start.js', script, start),
    fixedAnswer('/docs/swagger-ui-bundle.js', script, bundle),
    fixedAnswer('/docs/swagger-ui.css', 'text/css; charset=utf-8', css),
    fixedAnswer('/openapi.json', 'application/json', JSON.stringify(openApi)),
  ]
}

const swagger = `<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`

/** Swagger UI has its dark colours under a class of the root element. */
const start = `const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, persistAuthorization: true })
`

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

function fixedAnswer(path: string, contentType: string, content: string | Buffer): Endpoint {
  const body = Buffer.from(content)
  const headers = { 'Content-Type': contentType, 'Content-Length': body.length, 'Cache-Control': 'no-cache' }
  return {
    method: 'GET',
    path,
    operation: 'page',
    handle: (_request, response) => void response.writeHead(200, headers).end(body),
  }
}
