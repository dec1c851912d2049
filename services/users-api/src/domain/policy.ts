import { AppError } from '@polyservice-lab/service-kit/app-error'

/** strict: the owner alone changes and deletes. open: whoever is logged in may. */
export type Policy = 'strict' | 'open'

/** @throws AppError permission_denied */
export function requireOwner(policy: Policy, callerId: string, ownerId: string | null): void {
  if (policy === 'strict' && callerId !== ownerId) throw new AppError('permission_denied', 'Not allowed')
}
