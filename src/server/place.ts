import { FIRST_USER_ID } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { emptyDb } from '../db/empty.ts'
import type { ConfirmedHead } from '../storage/port.ts'

/** Where a log stands. */
export interface Place {
  readonly db: Db
  readonly head: ConfirmedHead
  /** The next entity id that the server may mint. */
  readonly nextId: number
}

/** The beginning of every log. */
export const start = async (): Promise<Place> => ({
  db: await emptyDb(),
  head: { t: 0, hash: '' },
  nextId: FIRST_USER_ID,
})
