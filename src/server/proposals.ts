import { isProvisional } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { noveltySpeaksOf } from '../db/novelty.ts'

/**
 * Of the ids that a replica gave to new entities, those that may stay: leased to it, never used, and not another entity's name
 * already. Provisional ids never stay.
 */
export function acceptable(
  db: Db,
  ids: readonly (readonly [tempid: string, id: number])[],
  isLeased: (id: number) => boolean,
  aliases: ReadonlyMap<number, number>,
): (readonly [tempid: string, id: number])[] {
  const taken = new Set<number>()
  return ids.filter(([, id]) => {
    if (isProvisional(id) || taken.has(id) || aliases.has(id)) return false
    if (!isLeased(id) || noveltySpeaksOf(db, id)) return false
    taken.add(id)
    return true
  })
}
