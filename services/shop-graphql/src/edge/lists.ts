import { assertList, type PageNumber, type SortKey } from '@polyservice-lab/shop'

/** Arguments of a list; null is as good as nothing. */
interface ListArguments<Sort extends string> {
  readonly email?: string | null
  readonly q?: string | null
  readonly sort?: readonly Sort[] | null
  readonly page?: number | null
  readonly limit?: number | null
}

type KeyOf<Sort extends string> = Sort extends `${infer Key}_${'asc' | 'desc'}` ? Key : never

/**
 * What a list is asked for.
 * @throws AppError invalid_argument with a violation for each wrong argument
 */
export function readList<Sort extends string>(
  { email, q, sort, page, limit }: ListArguments<Sort>,
  limitDefault: number,
): { readonly sort: readonly SortKey<KeyOf<Sort>>[]; readonly page: PageNumber } {
  assertList({
    ...{ email: email ?? undefined, q: q ?? undefined, sort: sort ?? undefined },
    ...{ page: page ?? undefined, limit: limit ?? undefined },
  })
  return {
    sort: (sort ?? []).map((one) => {
      const at = one.lastIndexOf('_')
      return { key: one.slice(0, at) as KeyOf<Sort>, descending: one.slice(at + 1) === 'desc' }
    }),
    page: { page: page ?? 1, limit: limit ?? limitDefault },
  }
}
