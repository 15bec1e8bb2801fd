import { FIRST_USER_ID } from '../datom/ids.ts'
import { emptyDb } from '../db/empty.ts'
import type { Confirmed } from './segments.ts'

/** Where a log stands. */
export interface Place extends Confirmed {
  /** The next entity id that may be minted. */
  readonly nextId: number
}

/** The beginning of every log. */
export const start = async (): Promise<Place> => ({
  db: await emptyDb(),
  head: { t: 0, hash: '' },
  nextId: FIRST_USER_ID,
})
