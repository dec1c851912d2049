import { readFile } from 'node:fs/promises'
import { errorCodes } from '@polyservice-lab/contracts/errors'
import type { Endpoint } from '@polyservice-lab/service-kit/http'

const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

const head = (title: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
`

const home = `${head('shop-rest')}<h1>shop-rest</h1>
<p>Users, products and orders, in REST: version 2 below <code>/api/v2</code>, version 1 as its clients know it.</p>
<ul>
<li><a href="/docs">Documentation</a>: try every route</li>
<li><a href="/openapi.json">OpenAPI 3.1</a></li>
<li><a href="/api/v2/products">Products</a>, <a href="/api/v2/users">users</a>, <a href="/api/v2/orders">orders</a></li>
</ul>
</html>
`

const docs = `${head('shop-rest')}<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true })
`

/** The pages for people and the document that they show, read once; nothing of them comes from elsewhere. */
export async function pagesOf(openApi: unknown): Promise<readonly Endpoint[]> {
  const [bundle, css] = await Promise.all([
    readFile(new URL(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'))),
    readFile(new URL(import.meta.resolve('swagger-ui-dist/swagger-ui.css'))),
  ])
  return [
    page('/', html, home),
    page('/docs', html, docs),
    page('/docs/start.js', script, start),
    page('/docs/swagger-ui-bundle.js', script, bundle),
    page('/docs/swagger-ui.css', 'text/css; charset=utf-8', css),
    page('/openapi.json', 'application/json', JSON.stringify(openApi)),
    ...errorCodes.map((code) => page(`/problems/${code}`, html, problem(code))),
  ]
}

function problem(code: string): string {
  return `${head(code)}<h1>${code}</h1>
<p>A problem of shop-rest (RFC 9457). Its <code>reason</code> says more where the code alone is not enough, its
<code>errors</code> name each wrong field.</p>
<p><a href="/docs">Documentation</a></p>
</html>
`
}

function page(path: string, contentType: string, content: string | Buffer): Endpoint {
  const body = Buffer.from(content)
  const headers = { 'Content-Type': contentType, 'Content-Length': body.length, 'Cache-Control': 'no-cache' }
  return {
    method: 'GET',
    path,
    operation: 'page',
    handle: (_request, response) => void response.writeHead(200, headers).end(body),
  }
}
