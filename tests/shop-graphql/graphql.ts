import type { Address } from '@polyservice-lab/testcontainers'

export interface Told {
  readonly status: number
  readonly headers: Headers
  /** Of a batch, it is an array of results. */
  readonly body: GraphqlResult
}

export interface GraphqlResult {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: {
      readonly code: string
      readonly reason?: string
      readonly violations?: readonly { readonly field: string }[]
    }
  }[]
}

const json = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' }

/** Sends to /graphql: a text as it is, anything else as JSON. */
export async function post(
  { host, port }: Address,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const response = await fetch(`http://${host}:${port}/graphql`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body:
      typeof body === 'string' || Buffer.isBuffer(body)
        ? new Uint8Array(Buffer.from(body))
        : JSON.stringify(body),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as GraphqlResult,
  }
}

/** Runs a document. */
export async function run(
  address: Address,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlResult> {
  return (await post(address, { query, variables })).body
}

export function codesOf({ errors = [] }: GraphqlResult): readonly string[] {
  return errors.map(({ extensions }) => extensions.code)
}

export function fieldsOf({ errors = [] }: GraphqlResult): readonly string[] {
  return errors.flatMap(({ extensions }) => extensions.violations ?? []).map(({ field }) => field)
}
