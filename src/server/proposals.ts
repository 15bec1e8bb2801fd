import { isProvisional } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { noveltySpeaksOf } from '../db/novelty.ts'
import type { LeaseRow } from '../storage/port.ts'

/**
 * Of the ids that a replica gave to new entities, those that may stay: leased to it, never used, and not another entity's name
 * already. Provisional ids never stay.
 */
export function acceptable(
  db: Db,
  ids: readonly (readonly [tempid: string, id: number])[],
  leases: readonly LeaseRow[],
  aliases: ReadonlyMap<number, number>,
): (readonly [tempid: string, id: number])[] {
  const taken = new Set<number>()
  return ids.filter(([, id]) => {
    if (isProvisional(id) || taken.has(id) || aliases.has(id)) return false
    if (!leases.some(({ from, to }) => from <= id && id < to) || noveltySpeaksOf(db, id)) return false
    taken.add(id)
    return true
  })
}
