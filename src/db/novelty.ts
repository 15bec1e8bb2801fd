import type { Db } from './db.ts'
import { rank } from './tree-read.ts'

/** Whether what is in memory of `db` says anything about entity `e`, now or once: all there is, where nothing lies in segments. */
export function noveltySpeaksOf({ present, past, reads }: Db, e: number): boolean {
  const place = { e }
  reads?.note('eavt', place, place)
  const trees = [present.eavt.fresh, present.eavt.gone, past.eavt.fresh]
  return trees.some((tree) => rank(tree, place, true) > rank(tree, place, false))
}
