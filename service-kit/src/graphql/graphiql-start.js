// The page of GraphiQL: requests go to the server that it came from, subscriptions over server-sent events. `examples` are
// the documents of its tabs, from a script before this one.
/* global examples */

/** The operation that is meant: right after a change of tabs, GraphiQL still names that of the tab before. */
function operationOf({ query, operationName }) {
  const operations = [...query.matchAll(/^\s*(query|mutation|subscription)\b\s*(\w*)/gm)]
  return operations.find(([, , name]) => name === operationName) ?? operations[0] ?? ['', 'query', '']
}

function post(params, accept, headers) {
  const own = { 'Content-Type': 'application/json', Accept: accept }
  return fetch('/graphql', { method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify(params) })
}

async function* subscribe(params, headers) {
  const response = await post(params, 'text/event-stream', headers)
  if (!response.ok) {
    yield response.json()
    return
  }
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop()
    for (const block of blocks) {
      const data = /^event: next\ndata: (.*)$/.exec(block)?.[1]
      if (data !== undefined) yield JSON.parse(data)
    }
  }
}

function fetcher(given, { headers } = {}) {
  const [, kind, name] = operationOf(given)
  const params = { query: given.query, variables: given.variables, operationName: name || undefined }
  if (kind === 'subscription') return subscribe(params, headers)
  return post(params, 'application/graphql-response+json', headers).then((response) => response.json())
}

const { React, ReactDOM, GraphiQL } = globalThis
const defaultTabs = examples.map((query) => ({ query }))
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs, defaultEditorToolsVisibility: true }),
)
