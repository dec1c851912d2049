import type { FieldViolation } from '@polyservice-lab/contracts/errors'
import { type Cursors, invalid, type Lists, type SortKey, sortOfText } from '@polyservice-lab/shop'

const pageSizes = { default: 20, max: 100 }

/** A list that can be asked for. */
export interface List<Entity, Filter, Key extends string> {
  readonly name: 'products' | 'orders'
  readonly keys: readonly Key[]
  readonly lists: Lists<Entity, Filter, Key>
}

/** What all lists are asked by, beside their filters (AIP-132, 158). */
interface ListRequest {
  readonly pageSize: number
  readonly pageToken: string
  readonly orderBy: string
}

/**
 * Reads the page that a request asks for.
 * @param violations what is wrong with the filter
 * @throws AppError invalid_argument with a violation for each field that is wrong
 */
export async function readList<Entity, Filter, Key extends string>(
  { name, keys, lists }: List<Entity, Filter, Key>,
  { pageSize, pageToken, orderBy }: ListRequest,
  filter: Filter,
  violations: readonly (FieldViolation | false)[],
  cursors: Cursors,
) {
  const sort: readonly SortKey<Key>[] | undefined = orderBy === '' ? [] : sortOfText(orderBy, keys)
  const after = pageToken === '' ? undefined : cursors.read(name, sort ?? [], pageToken)
  const found = [
    pageSize < 0 && { field: 'pageSize', description: 'must not be negative' },
    sort !== undefined &&
      pageToken !== '' &&
      after === undefined && {
        field: 'pageToken',
        description: 'must be the next_page_token of a page with the same order_by',
      },
    sort === undefined && {
      field: 'orderBy',
      description: `must be up to 3 of ${keys.join(', ')}, each with _asc or _desc`,
    },
    ...violations,
  ].filter((violation) => violation !== false)
  if (sort === undefined || found.length > 0) throw invalid(found)
  const limit = pageSize === 0 ? pageSizes.default : Math.min(pageSize, pageSizes.max)
  const [{ items, next }, totalSize] = await Promise.all([
    lists.slice({ filter, sort }, { after, limit }),
    lists.count(filter),
  ])
  const nextPageToken = next === undefined ? '' : cursors.write(name, sort, next)
  return { items, nextPageToken, totalSize }
}
