import type { Db } from './db.ts'
import { rank } from './tree-read.ts'

/** Whether what is in memory of `db` says anything about entity `e`, now or once: all there is, where nothing lies in segments. */
export function noveltySpeaksOf({ present, past }: Db, e: number): boolean {
  const trees = [present.eavt.fresh, present.eavt.gone, past.eavt.fresh]
  return trees.some((tree) => rank(tree, { e }, true) > rank(tree, { e }, false))
}
