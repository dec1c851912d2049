/** A request of a file for the REST Client of VS Code. */
export interface FileRequest {
  readonly title: string
  /** What the title says in square brackets, or 200. */
  readonly status: number
  /** The name by which later requests speak of its answer. */
  readonly name: string | undefined
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Reads a file: requests are separated by a line that begins with `###`, comments begin with `#`. */
export function readHttpFile(text: string): readonly FileRequest[] {
  return text.split(/^### /m).slice(1).map(readRequest)
}

function readRequest(text: string): FileRequest {
  const [title = '', ...lines] = text.split('\n')
  const name = lines.find((line) => line.startsWith('# @name '))?.slice('# @name '.length)
  const rest = lines.filter((line) => !line.startsWith('#'))
  const empty = rest.indexOf('')
  const [start = '', ...headers] = rest.slice(0, empty < 0 ? undefined : empty)
  const [method = '', url = ''] = start.split(' ')
  return {
    ...{ title, name, method, url },
    status: Number(/^\[(\d{3})\]/.exec(title)?.[1] ?? 200),
    headers: headers.map((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
    body:
      empty < 0
        ? ''
        : rest
            .slice(empty + 1)
            .join('\n')
            .trim(),
  }
}

/** Answers by the names of their requests. */
export type Answers = Map<string, { readonly headers: Headers; readonly body: unknown }>

/**
 * Sends a request, with the values of its variables: `{{base}}`, `{{$guid}}`, and parts of earlier answers as
 * `{{name.response.body.$.path}}` and `{{name.response.headers.Name}}`.
 */
export async function sendFileRequest(
  request: FileRequest,
  base: string,
  answers: Answers,
): Promise<Response> {
  const fill = (text: string) =>
    text.replace(/\{\{(.+?)\}\}/g, (_whole, variable: string) => variableOf(variable))
  function variableOf(variable: string): string {
    if (variable === 'base') return base
    if (variable === '$guid') return crypto.randomUUID()
    const [, name = '', kind, path = ''] = /^(\w+)\.response\.(body\.\$|headers)\.(.+)$/.exec(variable) ?? []
    const answer = answers.get(name)
    if (answer === undefined)
      throw new Error(`"${request.title}" speaks of {{${variable}}}, which is not there`)
    if (kind === 'headers') return answer.headers.get(path) ?? ''
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], answer.body)
    return String(value)
  }
  const { method, headers, body, name } = request
  const response = await fetch(fill(request.url), {
    method,
    headers: headers.map(([header, value]): [string, string] => [header, fill(value)]),
    body: body === '' ? null : fill(body),
  })
  if (name !== undefined) answers.set(name, { headers: response.headers, body: await response.json() })
  return response
}
