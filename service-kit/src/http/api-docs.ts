import { readFile } from 'node:fs/promises'
import { fixedAnswer, htmlPage } from './fixed-answers.ts'
import type { Endpoint } from './http-app.ts'

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
