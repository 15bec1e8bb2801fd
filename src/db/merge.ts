import type { SegmentSink } from './base-writer.ts'
import type { Db, Trees } from './db.ts'
import { INDEXES } from './index-order.ts'
import { baseIndex, countNovelty } from './index-tree.ts'
import type { LargeRows } from './large-rows.ts'
import { mergeIndex } from './merge-index.ts'

/**
 * The same value with all that it holds in segments. What nothing has changed in is shared, the rest is written to `sink`.
 * Requires: a value without a time view and without pending transactions.
 */
export async function mergeDb(db: Db, sink: SegmentSink): Promise<Db> {
  const large: LargeRows = new Map()
  return { ...db, present: await mergeTrees(db.present, sink, large), past: await mergeTrees(db.past, sink, large) }
}

async function mergeTrees(trees: Trees, sink: SegmentSink, large: LargeRows): Promise<Trees> {
  const merged: Partial<Record<keyof Trees, Trees[keyof Trees]>> = {}
  for (const index of INDEXES) {
    const tree = trees[index]
    merged[index] = baseIndex(tree.index, await mergeIndex(tree, sink, large), tree.levels)
  }
  return merged as Trees
}

/** Rows of one order of `db` that no segment has right: what a merge would write, opening reads again and memory holds. */
export const noveltyOf = ({ present, past }: Db): number => countNovelty(present.eavt) + countNovelty(past.eavt)

/** Every segment that `db` reads. */
export function segmentsOf({ present, past }: Db): ReadonlySet<number> {
  const ids = new Set<number>()
  for (const trees of [present, past]) {
    for (const index of INDEXES) for (const id of trees[index].base?.ids ?? []) ids.add(id)
  }
  return ids
}
