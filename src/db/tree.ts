import { assert } from '../base/assert.ts'
import { lowerBound } from '../base/search.ts'
import { type CompareRows, compareRows, type Order } from './index-order.ts'
import { mergeLeaf } from './leaf.ts'
import { concatRows, packRows, type Rows } from './rows.ts'

/**
 * A persistent B+tree over rows in one order: changing it copies the path from the changed leaves to the root and shares
 * the rest. Branches know how many rows lie below, so that a place's rank is found without reading leaves.
 */
export interface Tree {
  readonly index: Order
  /** undefined when empty. */
  readonly root: Node | undefined
  /** How many rows it holds. */
  readonly count: number
}
export type Node = Leaf | Branch
export interface Leaf {
  readonly level: 0
  readonly rows: Rows
  readonly count: number
}
export interface Branch {
  readonly level: number
  readonly children: readonly Node[]
  /** The leaf that holds the first row. */
  readonly first: Rows
  /** `ends[i]`: rows below children `0..i`. */
  readonly ends: Int32Array
  readonly count: number
}

/** Rows in a full leaf: large enough for tight loops, small enough that copying one costs microseconds. */
const LEAF_MAX = 256
/** A leaf that shrinks below is joined with its neighbour. */
const LEAF_MIN = 32
const BRANCH_MAX = 64

export const emptyTree = (index: Order): Tree => ({ index, root: undefined, count: 0 })

const leaf = (rows: Rows): Leaf => ({ level: 0, rows, count: rows.length })
function branch(children: readonly Node[]): Branch {
  const ends = new Int32Array(children.length)
  let count = 0
  for (let i = 0; i < children.length; i++) ends[i] = count += (children[i] as Node).count
  const least = children[0] as Node
  return { level: least.level + 1, children, first: firstRows(least), ends, count }
}
const isLeaf = (node: Node): node is Leaf => node.level === 0

/** The leaf that holds the first row of `node`. */
export const firstRows = (node: Node): Rows => (isLeaf(node) ? node.rows : node.first)

/** Cuts `items` into runs of at most `max`, as even as can be. */
function evenRuns(length: number, max: number): [number, number][] {
  const runs = Math.ceil(length / max)
  if (runs === 1) return [[0, length]]
  return Array.from({ length: runs }, (_, i) => [
    Math.floor((i * length) / runs),
    Math.floor(((i + 1) * length) / runs),
  ])
}
const leavesOf = (rows: Rows): Leaf[] =>
  evenRuns(rows.length, LEAF_MAX).map(([lo, hi]) => leaf(hi - lo === rows.length ? rows : packRows(rows, lo, hi)))
const branchesOf = (nodes: readonly Node[]): Branch[] =>
  evenRuns(nodes.length, BRANCH_MAX).map(([lo, hi]) => branch(nodes.slice(lo, hi)))

/** A run of `removed` and a run of `added` that concern one node. */
interface Change {
  readonly removed: Rows
  r0: number
  r1: number
  readonly added: Rows
  a0: number
  a1: number
}

/**
 * `tree` without the rows of `removed` and with those of `added`. Requires: both sorted in the tree's order without equal
 * rows, every removed row in the tree, no added row in it.
 */
export function changeTree(tree: Tree, removed: Rows, added: Rows): Tree {
  if (removed.length === 0 && added.length === 0) return tree
  const change = { removed, r0: 0, r1: removed.length, added, a0: 0, a1: added.length }
  let nodes: Node[]
  if (tree.root === undefined) {
    assert(removed.length === 0, 'a row to remove is not there')
    nodes = leavesOf(added)
  } else {
    nodes = changeNode(tree.root, change, compareRows[tree.index])
  }
  while (nodes.length > 1) nodes = branchesOf(nodes)
  let root = nodes[0]
  while (root !== undefined && !isLeaf(root) && root.children.length === 1) root = root.children[0]
  return { index: tree.index, root, count: root?.count ?? 0 }
}

function changeNode(node: Node, c: Change, compare: CompareRows): Node[] {
  if (c.r0 === c.r1 && c.a0 === c.a1) return [node]
  if (isLeaf(node)) return leavesOf(mergeLeaf(node.rows, c.removed, c.r0, c.r1, c.added, c.a0, c.a1, compare))
  const { children } = node
  const out: Node[] = []
  let { r0, a0 } = c
  let i = 0
  while (r0 < c.r1 || a0 < c.a1) {
    const at = childOf(children, i, nextRow({ ...c, r0, a0 }, compare), compare)
    for (; i < at; i++) out.push(children[i] as Node)
    let { r1, a1 } = c
    const next = children[at + 1]
    if (next !== undefined) {
      const border = firstRows(next)
      r1 = lowerBound(r0, r1, (k) => compare(c.removed, k, border, 0) < 0)
      a1 = lowerBound(a0, a1, (k) => compare(c.added, k, border, 0) < 0)
    }
    out.push(...changeNode(children[at] as Node, { ...c, r0, r1, a0, a1 }, compare))
    i = at + 1
    r0 = r1
    a0 = a1
  }
  for (; i < children.length; i++) out.push(children[i] as Node)
  return out.length === 0 ? [] : branchesOf(joinSmall(out))
}

/** The first row of a change that is not empty. */
function nextRow({ removed, r0, r1, added, a0, a1 }: Change, compare: CompareRows): { rows: Rows; i: number } {
  const isRemoved = a0 === a1 || (r0 < r1 && compare(removed, r0, added, a0) <= 0)
  return isRemoved ? { rows: removed, i: r0 } : { rows: added, i: a0 }
}

/** The child, from place `from` on, that a row belongs to: the last that does not begin after it. */
function childOf(
  children: readonly Node[],
  from: number,
  row: { readonly rows: Rows; readonly i: number },
  compare: CompareRows,
): number {
  const { rows, i } = row
  return lowerBound(from + 1, children.length, (k) => compare(firstRows(children[k] as Node), 0, rows, i) <= 0) - 1
}

/** Joins neighbouring leaves of which one has become small. */
function joinSmall(nodes: Node[]): Node[] {
  if (!nodes.some((n) => isLeaf(n) && n.count < LEAF_MIN)) return nodes
  const out: Node[] = []
  for (const node of nodes) {
    const last = out.at(-1)
    const small = last !== undefined && Math.min(last.count, node.count) < LEAF_MIN
    if (small && isLeaf(last) && isLeaf(node) && last.count + node.count <= LEAF_MAX) {
      out[out.length - 1] = leaf(concatRows([last.rows, node.rows], last.count + node.count))
    } else out.push(node)
  }
  return out
}
