import { type Db, wholeHistory } from './db.ts'
import type { Index, Place } from './index-order.ts'
import { whenLoaded } from './load.ts'
import { scan } from './view.ts'

/** Whether anything is or was ever said at `place`, a prefix of `index`, whatever view of the database is given. */
export async function everSaid(db: Db, index: Index, place: Place): Promise<boolean> {
  return whenLoaded(scan(wholeHistory(db), index, place), (s) => s.batches().length > 0)
}
