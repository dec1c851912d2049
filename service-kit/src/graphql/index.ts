export { createGraphqlErrors, type GraphqlErrors } from './errors.ts'
export { createGraphqlServer, type GraphqlServerOptions } from './graphql-server.ts'
export { type GraphqlLimits, readGraphqlLimits } from './limits.ts'
