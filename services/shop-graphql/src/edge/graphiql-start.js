// The page of GraphiQL: requests go to the server that it came from, subscriptions over server-sent events.
const examples = [
  `# One user with everything: four statements in the database, however much there is.
query Nested($id: ID = "123") {
  user(id: $id) {
    id
    name
    email
    orders {
      id
      createdAt
      items { product { name price } quantity }
      totalAmount
    }
  }
}`,
  `# Three most expensive products, then by name.
query Products { products(sort: [price_desc, name_asc], limit: 3) { id name price } }`,
  `# Pages by a cursor: put endCursor into the variable of the next request.
query Users($after: String) {
  usersConnection(first: 2, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { id name role } }
  }
}`,
  `mutation CreateUser { createUser(name: "Charlie", email: "charlie@example.com") { user { id name email } } }`,
  `# The same key places one order, however often it is sent.
mutation PlaceOrder {
  placeOrder(userId: 1, items: [{ productId: 302, quantity: 2 }], idempotencyKey: "once") {
    order { id status items { product { name } quantity unitPrice } totalAmount }
  }
}`,
  `# Every change as it happens. \`after\` goes on from the last seq that was seen; 0 is the first.
subscription Feed {
  feed(after: 0) { seq type time user { id name } order { id status totalAmount } }
}`,
]

function isSubscription({ operationName }, documentAST) {
  const operations = documentAST?.definitions.filter(({ kind }) => kind === 'OperationDefinition') ?? []
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0]
  return operation?.operation === 'subscription'
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

function fetcher(params, { documentAST, headers } = {}) {
  if (isSubscription(params, documentAST)) return subscribe(params, headers)
  return post(params, 'application/graphql-response+json', headers).then((response) => response.json())
}

const { React, ReactDOM, GraphiQL } = globalThis
const defaultTabs = examples.map((query) => ({ query }))
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs, defaultEditorToolsVisibility: true }),
)
