import type { Request } from 'express'

export const graphqlPath = '/graphql'

const resultTypes = ['application/json', 'application/graphql-response+json'] as const
const offered = [...resultTypes, 'text/event-stream', 'text/html'] as const

export const eventStream = 'text/event-stream'

/** Parameters of a media range other than its weight, which no answer has. */
const parameters = /;\s*(?!q=)[^;,=\s]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,]*)/gi

/** What a client wants most (RFC 9110, 12.5.1); JSON, where it wants nothing that there is. */
export function wanted(request: Request): (typeof offered)[number] {
  return choose(request, offered)
}

/** The type of a result that is one document. */
export function resultType(request: Request): (typeof resultTypes)[number] {
  return choose(request, resultTypes)
}

function choose<Type extends string>(request: Request, types: readonly [Type, ...Type[]]): Type {
  const { accept } = request.headers
  if (accept !== undefined) request.headers.accept = accept.replace(parameters, '').trim() || '*/*'
  return (request.accepts([...types]) || types[0]) as Type
}
