import type { Value } from '../datom/value.ts'
import type { Db } from './db.ts'
import type { Scan } from './scan.ts'
import { scan } from './view.ts'

/** Both have an entity's facts about an attribute in one place, and in the same order. */
export type FactsIndex = 'eavt' | 'aevt'

/**
 * What entity `e` has for attribute `a`, or whether it has `v`, from whichever index has it in memory; otherwise from `wanted`: an
 * attribute of many entities takes fewer segments than all that these have.
 */
export function factsOf(db: Db, wanted: FactsIndex, e: number, a: number, v?: Value): Scan {
  const place = { e, a, ...(v !== undefined && { v }) }
  const byEntity = scan(db, 'eavt', place)
  if (byEntity.whereabouts !== 'stored') return byEntity
  const byAttribute = scan(db, 'aevt', place)
  return wanted === 'aevt' || byAttribute.whereabouts !== 'stored' ? byAttribute : byEntity
}
