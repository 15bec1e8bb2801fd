import { type Base, countBase } from './base.ts'
import type { Index } from './index-order.ts'
import { pickRows, type Rows } from './rows.ts'
import { changeTree, emptyTree, type Tree } from './tree.ts'
import { countTree, holdsRow } from './tree-read.ts'

/**
 * One index of a database value: what its segments hold, without the rows that have gone since they were written, and with
 * those that have come (its novelty). A row that has gone is in the segments, one that has come is not.
 */
export interface IndexTree {
  readonly index: Index
  /** undefined when nothing was ever written to segments. */
  readonly base: Base | undefined
  readonly gone: Tree
  readonly fresh: Tree
}

export const emptyIndex = (index: Index): IndexTree => baseIndex(index, undefined)
export const baseIndex = (index: Index, base: Base | undefined): IndexTree => ({
  index,
  base,
  gone: emptyTree(index),
  fresh: emptyTree(index),
})

export const countIndex = ({ base, gone, fresh }: IndexTree): number =>
  (base === undefined ? 0 : countBase(base)) - countTree(gone) + countTree(fresh)

/** Rows that are held in memory because no segment has them right. */
export const countNovelty = ({ gone, fresh }: IndexTree): number => countTree(gone) + countTree(fresh)

/**
 * `tree` without the rows of `removed` and with those of `added`. Requires: both sorted in the tree's order without equal
 * rows, every removed row in the tree, no added row in it.
 */
export function changeIndex(tree: IndexTree, removed: Rows, added: Rows): IndexTree {
  if (removed.length === 0 && added.length === 0) return tree
  const { gone, fresh } = tree
  if (tree.base === undefined) return { ...tree, fresh: changeTree(fresh, removed, added) }
  const [unsaid, ended] = parted(removed, fresh)
  const [back, news] = parted(added, gone)
  return { ...tree, gone: changeTree(gone, back, ended), fresh: changeTree(fresh, unsaid, news) }
}

/** Those of `rows` that `tree` holds, and the others. */
function parted(rows: Rows, tree: Tree): readonly [Rows, Rows] {
  const held: number[] = []
  const others: number[] = []
  for (let i = 0; i < rows.length; i++) (holdsRow(tree, rows, i) ? held : others).push(i)
  if (held.length === 0) return [pickRows(rows, held), rows]
  return others.length === 0 ? [rows, pickRows(rows, others)] : [pickRows(rows, held), pickRows(rows, others)]
}
