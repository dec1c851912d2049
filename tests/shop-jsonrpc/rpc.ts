import type { Address } from '../support/lab.ts'

/** Posts a message as it is. */
export function post(
  { host, port }: Address,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
  path = '/rpc',
): Promise<Response> {
  const all = { 'Content-Type': 'application/json', ...headers }
  return fetch(`http://${host}:${port}${path}`, { method: 'POST', headers: all, body })
}

/** A request as JSON, with the id 1. */
export function request(method: string, params?: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 })
}

/** What a message is answered; undefined where it is not. */
export async function answerTo(address: Address, body: string): Promise<unknown> {
  const response = await post(address, body)
  return response.status === 204 ? undefined : response.json()
}
