import { errorCodes } from '@polyservice-lab/contracts/errors'
import { describeHttpApi } from '@polyservice-lab/service-kit/api-docs'
import { type Endpoint, htmlPage } from '@polyservice-lab/service-kit/http'

const introduction = `<p>Users, products and orders, in REST: version 2 below <code>/api/v2</code>, version 1 as its clients know it.</p>
<ul>
<li><a href="/docs">Documentation</a>: try every route</li>
<li><a href="/openapi.json">OpenAPI 3.1</a></li>
<li><a href="/api/v2/products">Products</a>, <a href="/api/v2/users">users</a>, <a href="/api/v2/orders">orders</a></li>
</ul>`

/** The pages for people, and what each problem type means. */
export async function pagesOf(openApi: unknown): Promise<readonly Endpoint[]> {
  return [
    ...(await describeHttpApi({ title: 'shop-rest', introduction, openApi })),
    ...errorCodes.map((code) => htmlPage(`/problems/${code}`, code, problem(code))),
  ]
}

function problem(code: string): string {
  return `<h1>${code}</h1>
<p>A problem of shop-rest (RFC 9457). Its <code>reason</code> says more where the code alone is not enough, its
<code>errors</code> name each wrong field.</p>
<p><a href="/docs">Documentation</a></p>`
}
