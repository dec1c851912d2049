import { isStorable } from '@polyservice-lab/service-kit/postgres'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Position, SortKey } from '../domain/lists.ts'
import { foldCase } from '../domain/rules.ts'

/** How a column is ordered: by what, and of what type a value of a position is. */
export interface SortColumn {
  readonly expression: RawBuilder<unknown>
  /** Makes a value of a position what the database compares. */
  readonly comparable: (value: string | number) => unknown
}

export type SortColumns<Key extends string> = Readonly<Record<Key | 'id', SortColumn>>

export const byNumber = (column: string): SortColumn => ({
  expression: sql.ref(column),
  comparable: (value) => sql`${value}::bigint`,
})
/** By code points: in UTF-8 their order is that of the bytes, which the collation C compares. */
export const byText = (column: string): SortColumn => ({
  expression: sql`${sql.ref(column)} collate "C"`,
  comparable: (value) => value,
})
export const byTime = (column: string): SortColumn => ({
  expression: sql.ref(column),
  comparable: (value) => new Date(value),
})

/** The keys of a sort, with the id that orders equal ones at the end. */
function withId<Key extends string>(sort: readonly SortKey<Key>[]): readonly SortKey<Key | 'id'>[] {
  return [...sort, { key: 'id', descending: false }]
}

/** The ORDER BY of a sort. */
export function orderOf<Key extends string>(
  sort: readonly SortKey<Key>[],
  columns: NoInfer<SortColumns<Key>>,
): RawBuilder<unknown> {
  const keys = withId(sort).map(({ key, descending }) => {
    const { expression } = columns[key]
    return descending ? sql`${expression} desc` : expression
  })
  return sql.join(keys)
}

/** What comes behind a position: a later first value, or the same one and a later second value, and so on. */
export function isAfter<Key extends string>(
  sort: readonly SortKey<Key>[],
  columns: NoInfer<SortColumns<Key>>,
  position: Position,
): RawBuilder<SqlBool> {
  let condition: RawBuilder<SqlBool> = sql`false`
  for (const [i, { key, descending }] of [...withId(sort).entries()].toReversed()) {
    const { expression, comparable } = columns[key]
    const value = comparable(position[i] ?? 0)
    const later = descending ? sql`${expression} < ${value}` : sql`${expression} > ${value}`
    condition = sql<SqlBool>`(${later} or (${expression} = ${value} and ${condition}))`
  }
  return condition
}

/** Whether one of the folded columns holds a text, without regard to case; a text that no row can hold is in none. */
export function holds(text: string, columns: readonly string[]): RawBuilder<SqlBool> {
  if (!isStorable(text)) return sql<SqlBool>`false`
  const found = columns.map((column) => sql`strpos(${sql.ref(column)}, ${foldCase(text)}) > 0`)
  return sql<SqlBool>`(${sql.join(found, sql` or `)})`
}
