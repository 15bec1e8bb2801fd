import { type ErrorCode, isAnnalsError, toWireError } from '../base/errors.ts'

/** Such errors say something about the place a transaction is run at, and nothing about the transaction. */
const NOT_ITS_OWN = /^(storage|connection|http|client)\/|^db\/gone$/

export interface Verdict {
  readonly code: ErrorCode
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * Why a transaction cannot be made, if that is what `e` says: a coded refusal, or whatever a function of the application threw.
 * undefined for a failure of the place (storage, connection): the same transaction may do well later.
 */
export function verdictOf(e: unknown): Verdict | undefined {
  if (isAnnalsError(e) && NOT_ITS_OWN.test(e.code)) return undefined
  const { code, message, data } = toWireError(e)
  return { code, message, facts: data }
}
