import { AnnalsError } from '../base/errors.ts'

/** Why a store answers no more: its user closed it, or the database was removed while it was open. */
export type EndReason = 'closed' | 'destroyed'

/** `storage/closed`; `data.reason` is 'closed' or 'destroyed'. */
export function closedError(name: string, reason: EndReason): AnnalsError {
  const message =
    reason === 'closed'
      ? `Database "${name}" was closed here; open it again to use it.`
      : `Database "${name}" was removed while it was open (destroyed, or site data cleared); open it again to start anew.`
  return new AnnalsError('storage/closed', message, { name, reason })
}
