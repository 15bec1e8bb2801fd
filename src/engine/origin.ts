import type { DatomsOf } from '../transact/transaction.ts'

/** Where database values come from. */
export interface Origin {
  readonly datomsOf: DatomsOf | undefined
  /** Facts were removed from the log for good: values that may hold them answer no more. */
  readonly gone: boolean
}

/** The origin of a ledger's values, until something is excised. */
export class LogOrigin implements Origin {
  gone = false
  constructor(readonly datomsOf: DatomsOf) {}
}
