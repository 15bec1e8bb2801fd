import type { Value } from '../datom/value.ts'
import { type ComparePlace, comparePlace, type Place } from './index-order.ts'
import { rankInRows } from './rank-in-rows.ts'
import { concatRows, NO_ROWS, type Rows } from './rows.ts'
import type { Branch, Leaf, Node, Tree } from './tree.ts'

/** How many rows sort before `place`; with `after`, how many sort before or agree with all its components. */
export function rank(tree: Tree, place: Place, after: boolean): number {
  if (tree.root === undefined) return 0
  const compare = comparePlace[tree.index]
  const limit = after ? 1 : 0
  let node: Node = tree.root
  let before = 0
  while (node.level !== 0) {
    const b = node as Branch
    // the last child whose first row sorts before the place: the place lies in it or at its end
    let lo = 0
    let hi = b.children.length - 1
    while (lo < hi) {
      const mid = (lo + hi + 1) >>> 1
      if (compareFirst(compare, b.children[mid] as Node, place) < limit) lo = mid
      else hi = mid - 1
    }
    if (lo > 0) before += b.ends[lo - 1] as number
    node = b.children[lo] as Node
  }
  return before + rankInRows((node as Leaf).rows, tree.index, place, after)
}

function compareFirst(compare: ComparePlace, node: Node, place: Place): number {
  let n = node
  while (n.level !== 0) n = (n as Branch).children[0] as Node
  return compare((n as Leaf).rows, 0, place)
}

/** Calls `visit` with the leaves that hold the rows `lo ..< hi` (ranks), in order, and the part of each that counts. */
export function visitLeaves(
  tree: Tree,
  lo: number,
  hi: number,
  visit: (rows: Rows, start: number, end: number) => void,
): void {
  if (tree.root !== undefined && lo < hi) visitNode(tree.root, lo, hi, visit)
}

function visitNode(node: Node, lo: number, hi: number, visit: (rows: Rows, start: number, end: number) => void): void {
  if (node.level === 0) {
    visit((node as Leaf).rows, lo, hi)
    return
  }
  const { children, ends } = node as Branch
  let i = 0
  let last = children.length - 1
  while (i < last) {
    const mid = (i + last) >>> 1
    if ((ends[mid] as number) <= lo) i = mid + 1
    else last = mid
  }
  for (; i < children.length; i++) {
    const base = i === 0 ? 0 : (ends[i - 1] as number)
    if (base >= hi) return
    const child = children[i] as Node
    visitNode(child, Math.max(0, lo - base), Math.min(child.count, hi - base), visit)
  }
}

/** How many rows `tree` holds. */
export const countTree = (tree: Tree): number => tree.root?.count ?? 0

/** Every row of `tree`. */
export function allRows(tree: Tree): Rows {
  const runs: Rows[] = []
  visitLeaves(tree, 0, countTree(tree), (rows) => runs.push(rows))
  return runs.length === 0 ? NO_ROWS : concatRows(runs, countTree(tree))
}

/** Whether row `i` of `rows` is in `tree`. */
export function holdsRow(tree: Tree, rows: Rows, i: number): boolean {
  if (tree.root === undefined) return false
  const place = { e: rows.e[i] as number, a: rows.a[i] as number, v: rows.v[i] as Value, tx: rows.tx[i] as number }
  return rank(tree, place, true) > rank(tree, place, false)
}
