import { isUtf8 } from 'node:buffer'
import { AppError, type BudgetShare } from '@polyservice-lab/service-kit'
import { readBody } from '@polyservice-lab/service-kit/http'
import { idOfText, notFound } from '@polyservice-lab/shop'
import type { Request } from 'express'

/**
 * The value of a JSON body.
 * @throws HttpError 413, AppError invalid_argument, unavailable
 */
export async function readJson(request: Request, bytesMax: number, share: BudgetShare): Promise<unknown> {
  const bytes = await readBody(request, bytesMax, share)
  if (!isUtf8(bytes)) throw new AppError('invalid_argument', 'the body is not UTF-8')
  try {
    return JSON.parse(bytes.toString())
  } catch (cause) {
    throw new AppError('invalid_argument', 'the body is not JSON', { cause })
  }
}

/** @throws AppError not_found where a text of the path names nothing */
export function idOf({ params }: Request, kind: 'user' | 'product' | 'order'): number {
  const id = idOfText(String(params['id']))
  if (id === undefined) throw notFound(kind)
  return id
}
