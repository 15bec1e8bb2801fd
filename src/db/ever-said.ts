import { type Db, wholeHistory } from './db.ts'
import type { Index, Place } from './index-order.ts'
import { countRows } from './load.ts'
import { windowsOf } from './windows.ts'

/**
 * Whether anything is or was ever said at `place`, a prefix of `index`, whatever view of the database is given. Reads no further
 * than to a first fact: others may be large.
 */
export async function everSaid(db: Db, index: Index, place: Place): Promise<boolean> {
  db.reads?.note(index, place, place)
  const ever = wholeHistory({ ...db, reads: undefined })
  for (const part of windowsOf(ever, index, [place, place], 1, false)) if ((await countRows(part)) > 0) return true
  return false
}
