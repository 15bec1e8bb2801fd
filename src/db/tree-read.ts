import { comparePlace, type Order, type Place, placeOf } from './index-order.ts'
import { endInRows, rankInRows } from './rank-in-rows.ts'
import { concatRows, NO_ROWS, type Rows } from './rows.ts'
import { type Branch, firstRows, type Leaf, type Node, type Tree } from './tree.ts'
import { WaitingTree } from './waiting-tree.ts'

/** How many rows sort before `place`; with `after`, how many sort before or agree with all its components. */
export const rank = (tree: Tree, place: Place, after: boolean): number =>
  tree.root === undefined ? 0 : rankBelow(tree.root, tree.index, place, after)

function rankBelow(top: Node, index: Order, place: Place, after: boolean): number {
  let node = top
  let before = 0
  while (node.level !== 0) {
    const b = node as Branch
    const i = childAt(b, index, place, after)
    if (i > 0) before += b.ends[i - 1] as number
    node = b.children[i] as Node
  }
  return before + rankInRows((node as Leaf).rows, index, place, after)
}

/** The last child whose first row sorts before the place (with `after`: not after it): the place lies in it or at its end. */
function childAt({ children }: Branch, index: Order, place: Place, after: boolean): number {
  const compare = comparePlace[index]
  const limit = after ? 1 : 0
  let lo = 0
  let hi = children.length - 1
  while (lo < hi) {
    const mid = (lo + hi + 1) >>> 1
    if (compare(firstRows(children[mid] as Node), 0, place) < limit) lo = mid
    else hi = mid - 1
  }
  return lo
}

/** The ranks `lo ..< hi` of the rows from `from` to `to`, both included. */
export interface Ranks {
  readonly lo: number
  readonly hi: number
}

/** As a short range lies in one leaf, it is descended to once, and its end looked for from its beginning on. */
export function ranks(tree: Tree, from: Place, to: Place): Ranks {
  const { index } = tree
  const after = to.excluded !== true
  let node = tree.root
  let before = 0
  while (node !== undefined && node.level !== 0) {
    const b: Branch = node as Branch
    const first = childAt(b, index, from, false)
    if (first < childAt(b, index, to, after)) {
      const lo = rankBelow(b, index, from, false)
      return { lo: before + lo, hi: before + Math.max(lo, rankBelow(b, index, to, after)) }
    }
    if (first > 0) before += b.ends[first - 1] as number
    node = b.children[first]
  }
  if (node === undefined) return { lo: 0, hi: 0 }
  const { rows } = node as Leaf
  const lo = rankInRows(rows, index, from, false)
  return { lo: before + lo, hi: before + endInRows(rows, index, lo, to) }
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

/** Every row of `tree`. */
export function allRows(tree: Tree): Rows {
  const rows = tree instanceof WaitingTree ? tree.rows : undefined
  if (rows !== undefined) return rows
  const runs: Rows[] = []
  visitLeaves(tree, 0, tree.count, (leaf) => runs.push(leaf))
  return runs.length === 0 ? NO_ROWS : concatRows(runs, tree.count)
}

/** Whether row `i` of `rows` is in `tree`. */
export function holdsRow(tree: Tree, rows: Rows, i: number): boolean {
  if (tree.root === undefined) return false
  const place = placeOf(rows, i)
  const { lo, hi } = ranks(tree, place, place)
  return hi > lo
}
