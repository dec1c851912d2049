import { readFile } from 'node:fs/promises'
import { type Endpoint, fixedAnswer, htmlPage } from '../http/index.ts'
import { graphqlPath } from './negotiation.ts'

const script = 'text/javascript; charset=utf-8'

const body = `<link rel="stylesheet" href="/graphiql/graphiql.css">
<style>body { margin: 0 } #graphiql { height: 100dvh }</style>
<div id="graphiql"></div>
<script src="/graphiql/react.js"></script>
<script src="/graphiql/react-dom.js"></script>
<script src="/graphiql/graphiql.js"></script>
<script src="/graphiql/examples.js"></script>
<script src="/graphiql/start.js"></script>`

/** GraphiQL with its files, read once; nothing of them comes from another server. */
export async function readGraphiql(examples: readonly string[]): Promise<{
  readonly page: Endpoint['handle']
  readonly files: readonly Endpoint[]
}> {
  const [react, reactDom, graphiql, css, start] = await Promise.all([
    readFile(new URL('../../../node_modules/react/umd/react.production.min.js', import.meta.url)),
    readFile(new URL('../../../node_modules/react-dom/umd/react-dom.production.min.js', import.meta.url)),
    readFile(new URL('../../../node_modules/graphiql/graphiql.min.js', import.meta.url)),
    readFile(new URL('../../../node_modules/graphiql/graphiql.min.css', import.meta.url)),
    readFile(new URL('graphiql-start.js', import.meta.url)),
  ])
  const page = htmlPage(graphqlPath, 'GraphiQL', body)
  return {
    page: page.handle,
    files: [
      { ...page, path: '/' },
      fixedAnswer('/graphiql/react.js', script, react),
      fixedAnswer('/graphiql/react-dom.js', script, reactDom),
      fixedAnswer('/graphiql/graphiql.js', script, graphiql),
      fixedAnswer('/graphiql/graphiql.css', 'text/css; charset=utf-8', css),
      fixedAnswer('/graphiql/start.js', script, start),
      fixedAnswer('/graphiql/examples.js', script, `const examples = ${JSON.stringify(examples)}\n`),
    ],
  }
}
