/** What GraphiQL shows in its tabs. */
export const examples = [
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
