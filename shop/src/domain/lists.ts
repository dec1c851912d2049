/** The order of a list. Equal values are ordered by id, ascending. */
export interface SortKey<Key extends string> {
  readonly key: Key
  readonly descending: boolean
}

const sortKeysMax = 3

/**
 * The order that a text names: `price_asc,name_desc`, up to three keys, none of them twice.
 * @returns undefined where the text names none
 */
export function sortOfText<Key extends string>(
  text: string,
  keys: readonly Key[],
): readonly SortKey<Key>[] | undefined {
  const sort = text.split(',').map((one) => {
    const [, name, direction] = /^(.+)_(asc|desc)$/s.exec(one) ?? []
    return { key: keys.find((key) => key === name), descending: direction === 'desc' }
  })
  const isSort = sort.length <= sortKeysMax && new Set(sort.map(({ key }) => key)).size === sort.length
  return isSort && sort.every(({ key }) => key !== undefined) ? (sort as SortKey<Key>[]) : undefined
}

/** Which entities, in which order. */
export interface Selection<Filter, Key extends string> {
  readonly filter: Filter
  /** Default: by id. */
  readonly sort: readonly SortKey<Key>[]
}

/** What an entity is ordered by: a value for each sort key, and its id at the end. */
export type Position = readonly (string | number)[]

/** Part of a list: by its number, or after a position. */
interface Window {
  readonly limit: number
  readonly offset?: number
  readonly after?: Position | undefined
}

export interface Page<Entity> {
  readonly items: readonly Entity[]
  readonly total: number
}

export interface Slice<Entity> {
  readonly items: readonly Entity[]
  /** Where the next slice begins; undefined at the end of the list. */
  readonly next: Position | undefined
}

export interface ListStore<Entity, Filter, Key extends string> {
  list(selection: Selection<Filter, Key>, window: Window): Promise<readonly Entity[]>
  count(filter: Filter): Promise<number>
}

/** Which page, from 1, and how many entities it has at most. */
export interface PageNumber {
  readonly page: number
  readonly limit: number
}

/** A kind of entity that can be listed. */
export interface Lists<Entity, Filter, Key extends string> {
  /** A page, and how many entities there are on all pages. */
  page(selection: Selection<Filter, Key>, page: PageNumber): Promise<Page<Entity>>
  /** The entities of a page. */
  list(selection: Selection<Filter, Key>, page: PageNumber): Promise<readonly Entity[]>
  /** How many entities there are. */
  count(filter: Filter): Promise<number>
  /** What follows a position: nothing that is added or deleted meanwhile makes it repeat or skip another entity. */
  slice(
    selection: Selection<Filter, Key>,
    slice: { readonly after: Position | undefined; readonly limit: number },
  ): Promise<Slice<Entity>>
}

export function createLists<
  Entity extends { readonly id: number },
  Filter,
  Key extends string & keyof Entity,
>(store: ListStore<Entity, Filter, Key>): Lists<Entity, Filter, Key> {
  const list: Lists<Entity, Filter, Key>['list'] = (selection, { page, limit }) =>
    store.list(selection, { limit, offset: (page - 1) * limit })
  return {
    list,
    count: (filter) => store.count(filter),
    async page(selection, page) {
      const [items, total] = await Promise.all([list(selection, page), store.count(selection.filter)])
      return { items, total }
    },
    async slice(selection, { after, limit }) {
      const found = await store.list(selection, { limit: limit + 1, after })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const hasMore = found.length > limit && last !== undefined
      return { items, next: hasMore ? positionOf(last, selection.sort) : undefined }
    },
  }
}

export function byId<Entity extends { readonly id: number }>(
  entities: readonly Entity[],
): ReadonlyMap<number, Entity> {
  return new Map(entities.map((entity) => [entity.id, entity]))
}

function positionOf<Entity extends { readonly id: number }, Key extends string & keyof Entity>(
  entity: Entity,
  sort: readonly SortKey<Key>[],
): Position {
  const values = sort.map(({ key }) => {
    const value: unknown = entity[key]
    return value instanceof Date ? value.getTime() : (value as string | number)
  })
  return [...values, entity.id]
}
