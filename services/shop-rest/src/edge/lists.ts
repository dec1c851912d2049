import { restPath } from '@polyservice-lab/contracts/shop'
import { type Cursors, invalid, type Lists } from '@polyservice-lab/shop'
import { limitDefault, parse, sortOf } from '@polyservice-lab/shop/json'
import type { Request } from 'express'
import type * as z from 'zod'
import type { Link, View } from './views.ts'

/** A list that can be asked for. */
export interface List<Entity, Filter, Key extends string> {
  /** The name of the document in XML; that of an entry is the same without its last letter. */
  readonly root: 'users' | 'products' | 'orders'
  /** Below the path of version 2. */
  readonly path: string
  readonly query: z.ZodObject
  readonly lists: Lists<Entity, Filter, Key>
  readonly view: (entity: Entity) => View
  /** Filters that the path sets. */
  readonly filter?: Filter
}

/** What all lists are asked by, beside their filters. */
interface Asked {
  readonly sort?: string
  readonly limit?: number
  readonly page?: number
  readonly cursor?: string
}

const wholeNumber = /^[1-9]\d{0,15}$/
const wholeNumbers: readonly string[] = ['limit', 'page', 'userId']
const notOfPaths: readonly string[] = ['page', 'cursor']

/** A part of a list with its links (RFC 8288), in the body and in the header. */
export interface ListAnswer {
  readonly view: View
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The query of a list, checked; a parameter that is unknown is ignored.
 * @throws AppError invalid_argument with a violation for each parameter that is wrong, empty or given twice
 */
export function readQuery(request: Request, query: z.ZodObject): Readonly<Record<string, unknown>> {
  const given = searchOf(request)
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(query.shape)) {
    const all = given.getAll(name)
    if (all.length > 1) values[name] = all
    else if (all[0] !== undefined)
      values[name] = wholeNumbers.includes(name) && wholeNumber.test(all[0]) ? Number(all[0]) : all[0]
  }
  const checked = parse(query, values)
  if (checked['cursor'] !== undefined && checked['page'] !== undefined)
    throw invalid([{ field: 'cursor', description: 'must not be given with page' }])
  return checked
}

export function searchOf({ url }: Request): URLSearchParams {
  const question = url.indexOf('?')
  return new URLSearchParams(question < 0 ? undefined : url.slice(question + 1))
}

/** Reads the page, or the part after a cursor, that a checked query asks for. */
export async function readList<Entity, Filter, Key extends string>(
  list: List<Entity, Filter, Key>,
  checked: Readonly<Record<string, unknown>>,
  cursors: Cursors,
): Promise<ListAnswer> {
  const { sort: sortText, limit = limitDefault, page, cursor, ...filters } = checked as Asked
  const sort = sortOf<Key>(sortText)
  const selection = { filter: { ...(filters as Filter), ...list.filter }, sort }
  const hrefTo = hrefs(list.path, checked)
  if (cursor === undefined) {
    const number = page ?? 1
    const { items, total } = await list.lists.page(selection, { page: number, limit })
    const last = Math.max(1, Math.ceil(total / limit))
    const links = [
      { rel: 'self', href: hrefTo({ page: number }) },
      { rel: 'first', href: hrefTo({ page: 1 }) },
      { rel: 'last', href: hrefTo({ page: last }) },
      ...(number > 1 ? [{ rel: 'prev', href: hrefTo({ page: number - 1 }) }] : []),
      ...(number < last ? [{ rel: 'next', href: hrefTo({ page: number + 1 }) }] : []),
    ]
    return answer(list, items, { total, page: number, limit }, links)
  }
  const after = cursor === '' ? undefined : cursors.read(list.root, sort, cursor)
  if (cursor !== '' && after === undefined)
    throw invalid([{ field: 'cursor', description: 'must be a `next` that was given for the same sort' }])
  const slice = await list.lists.slice(selection, { after, limit })
  const next = slice.next === undefined ? null : cursors.write(list.root, sort, slice.next)
  const links = [
    { rel: 'self', href: hrefTo({ cursor }) },
    { rel: 'first', href: hrefTo({ cursor: '' }) },
    ...(next === null ? [] : [{ rel: 'next', href: hrefTo({ cursor: next }) }]),
  ]
  return answer(list, slice.items, { limit, next }, links)
}

/** Makes paths to other parts of the same list: filters, sort and limit stay. */
function hrefs(path: string, checked: Readonly<Record<string, unknown>>) {
  const kept = Object.entries(checked).filter(
    ([name, value]) => !notOfPaths.includes(name) && value !== undefined,
  )
  return (part: Readonly<Record<string, string | number>>) => {
    const search = new URLSearchParams(
      [...kept, ...Object.entries(part)].map(([n, value]) => [n, String(value)]),
    )
    return `${restPath}${path}?${search}`
  }
}

function answer<Entity>(
  { root, view }: Pick<List<Entity, never, never>, 'root' | 'view'>,
  entities: readonly Entity[],
  numbers: Readonly<Record<string, unknown>>,
  links: readonly Link[],
): ListAnswer {
  const others = links.filter(({ rel }) => rel !== 'self')
  const items = entities.map((entity) => view(entity).data)
  return {
    view: { root, entry: root.slice(0, -1), data: { items, ...numbers, links } },
    headers: { Link: others.map(({ rel, href }) => `<${href}>; rel="${rel}"`).join(', ') },
  }
}
