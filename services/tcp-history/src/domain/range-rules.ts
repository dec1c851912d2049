import { AppError } from '@polyservice-lab/service-kit/app-error'

/**
 * The numbers of the first and the last message to read. They name nothing where `from` is greater than `last`.
 * @param request.limit the most messages to read; 0 means all
 * @throws AppError with the reason `bad_range`
 */
export function checkRead(
  { from, limit }: { readonly from: bigint; readonly limit: number },
  count: number,
): { from: number; last: number } {
  if (from === 0n) throw badRange('messages count from 1')
  if (from > BigInt(count)) return { from: count + 1, last: count }
  const first = Number(from)
  return { from: first, last: limit === 0 ? count : Math.min(count, first + limit - 1) }
}

/** The number of the message to follow from. @throws AppError with the reason `bad_range` */
export function checkFollow({ from }: { readonly from: bigint }, count: number): number {
  if (from === 0n) throw badRange('messages count from 1')
  if (from > BigInt(count) + 1n) throw badRange(`the next message is number ${count + 1}`)
  return Number(from)
}

function badRange(text: string): AppError {
  return new AppError('out_of_range', text, { reason: 'bad_range' })
}
