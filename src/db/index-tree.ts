import { type Base, countBase } from './base.ts'
import type { Index, Order } from './index-order.ts'
import type { OrderedRows } from './ordered-rows.ts'
import { pickRows, type Rows } from './rows.ts'
import { sortRows } from './sort-rows.ts'
import { type Levels, levelOf } from './time-block.ts'
import { changeTree, emptyTree, type Tree } from './tree.ts'
import { holdsRow } from './tree-read.ts'
import { WaitingTree } from './waiting-tree.ts'

/**
 * One index of a database value: what its segments hold, without the rows that have gone since they were written, and with
 * those that have come (its novelty). A row that has gone is in the segments, one that has come is not.
 */
export interface IndexTree {
  readonly index: Order
  /** undefined when nothing was ever written to segments. */
  readonly base: Base | undefined
  readonly gone: Tree
  readonly fresh: Tree
  /** undefined where rows do not lie by blocks of time. */
  readonly levels: Levels | undefined
}

const isByBlocks = (index: Order): boolean => index === 'abevt' || index === 'abvet' || index === 'vabet'

export const emptyIndex = (index: Order): IndexTree =>
  baseIndex(index, undefined, isByBlocks(index) ? new Map() : undefined)

export const baseIndex = (index: Order, base: Base | undefined, levels: Levels | undefined): IndexTree => ({
  index,
  base,
  gone: emptyTree(index),
  fresh: emptyTree(index),
  levels,
})

export const countIndex = ({ base, gone, fresh }: IndexTree): number =>
  (base === undefined ? 0 : countBase(base)) - gone.count + fresh.count

/** Rows that are held in memory because no segment has them right. */
export const countNovelty = ({ gone, fresh }: IndexTree): number => gone.count + fresh.count

/**
 * `tree` without the rows of `removed` and with those of `added`. Requires: both sorted as the index is, blocks aside, without
 * equal rows, every removed row in the tree, no added row in it.
 */
export function changeIndex(tree: IndexTree, removed: Rows, added: Rows): IndexTree {
  if (removed.length === 0 && added.length === 0) return tree
  if (tree.levels === undefined) return changeRows(tree, removed, added)
  const { index } = tree
  const levels = withLevelsOf(tree.levels, added)
  return changeRows({ ...tree, levels }, sortRows(index, removed), sortRows(index, added))
}

/** `tree` with the rows of `added`, many and none of them in it, sorted when they are first asked for. Requires: `mayWait`. */
export const addWaiting = (tree: IndexTree, index: Index, added: OrderedRows): IndexTree => ({
  ...tree,
  fresh: new WaitingTree(index, tree.fresh, added),
})

/** Whether no row that comes can be one that has gone. */
export const mayWait = ({ gone }: IndexTree): boolean => gone.count === 0

function changeRows(tree: IndexTree, removed: Rows, added: Rows): IndexTree {
  const { gone, fresh } = tree
  if (tree.base === undefined) return { ...tree, fresh: changeTree(fresh, removed, added) }
  const [unsaid, ended] = parted(removed, fresh)
  const [back, news] = parted(added, gone)
  return { ...tree, gone: changeTree(gone, back, ended), fresh: changeTree(fresh, unsaid, news) }
}

/** Those of `rows` that `tree` holds, and the others. */
function parted(rows: Rows, tree: Tree): readonly [Rows, Rows] {
  if (tree.count === 0) return [pickRows(rows, []), rows]
  const held: number[] = []
  const others: number[] = []
  for (let i = 0; i < rows.length; i++) (holdsRow(tree, rows, i) ? held : others).push(i)
  if (held.length === 0) return [pickRows(rows, held), rows]
  return others.length === 0 ? [rows, pickRows(rows, others)] : [pickRows(rows, held), pickRows(rows, others)]
}

/** `levels` with those of `rows`, which are seldom new. */
function withLevelsOf(levels: Levels, { length, a, tx, to }: Rows): Levels {
  let out: Map<number, number> | undefined
  for (let i = 0; i < length; i++) {
    const bit = 1 << levelOf(tx[i] as number, (to as Int32Array)[i] as number)
    const known = (out ?? levels).get(a[i] as number) ?? 0
    if (known & bit) continue
    out ??= new Map(levels)
    out.set(a[i] as number, known | bit)
  }
  return out ?? levels
}
