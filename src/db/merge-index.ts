import { lowerBound } from '../base/search.ts'
import { type Base, segmentCount } from './base.ts'
import { BaseWriter, type SegmentSink } from './base-writer.ts'
import { compareRows } from './index-order.ts'
import type { IndexTree } from './index-tree.ts'
import type { LargeRows } from './large-rows.ts'
import { mergeLeaf } from './leaf.ts'
import { NO_ROWS, type Rows } from './rows.ts'
import { allRows } from './tree-read.ts'

/**
 * The rows of `tree` as segments alone: those in which nothing has changed are kept, the others are written anew to `sink`.
 * undefined when there are no rows. Rejects with what reading segments and the sink reject with.
 */
export async function mergeIndex(tree: IndexTree, sink: SegmentSink, large: LargeRows): Promise<Base | undefined> {
  const { index, base } = tree
  const gone = allRows(tree.gone)
  const fresh = allRows(tree.fresh)
  if (gone.length === 0 && fresh.length === 0) return base
  const writer = new BaseWriter(index, sink, large)
  if (base === undefined) await writer.add(fresh)
  else await rewrite(base, tree, gone, fresh, writer)
  const isByAttribute = index === 'aevt' || index === 'abevt'
  return writer.done(isByAttribute ? countAttributes(base?.ofAttribute, gone, fresh) : undefined)
}

/** Hands every segment of `base` to `writer`, as it is or with what has changed in it. */
async function rewrite(base: Base, { index }: IndexTree, gone: Rows, fresh: Rows, writer: BaseWriter): Promise<void> {
  const compare = compareRows[index]
  const { borders, ids, source } = base
  let r0 = 0
  let a0 = 0
  for (const [i, id] of ids.entries()) {
    const isLast = i + 1 === ids.length
    const endOf = (rows: Rows, lo: number): number =>
      isLast ? rows.length : lowerBound(lo, rows.length, (k) => compare(rows, k, borders, i + 1) < 0)
    const r1 = endOf(gone, r0)
    const a1 = endOf(fresh, a0)
    const border = { rows: borders, i }
    const kept = r0 === r1 && a0 === a1 && (await writer.keep(id, border, segmentCount(base, i)))
    if (!kept) {
      let rows = NO_ROWS
      await source.load([id], (found) => {
        rows = found
      })
      writer.recall(id, rows)
      await writer.add(mergeLeaf(rows, gone, r0, r1, fresh, a0, a1, compare), border)
    }
    r0 = r1
    a0 = a1
  }
}

function countAttributes(known: ReadonlyMap<number, number> | undefined, gone: Rows, fresh: Rows): Map<number, number> {
  const counts = new Map(known)
  const add = (rows: Rows, sign: number): void => {
    for (const a of rows.a) counts.set(a, (counts.get(a) ?? 0) + sign)
  }
  add(gone, -1)
  add(fresh, 1)
  return counts
}
