import type { Base } from './base.ts'
import { BaseRange } from './base-range.ts'
import type { Place } from './index-order.ts'
import type { IndexTree } from './index-tree.ts'
import { mergeParts } from './merge-parts.ts'
import { MergedRuns } from './merged-runs.ts'
import type { Part } from './part.ts'
import type { Whereabouts } from './scan.ts'
import type { SegmentSource } from './segment-source.ts'
import type { Tree } from './tree.ts'
import { ranks, visitLeaves } from './tree-read.ts'

/** The rows between two places of one index, ready to be read. */
export interface Range {
  /** How many rows: exact when loaded, or when no segments are asked; otherwise a guess, and 0 only if there are none. */
  readonly count: number
  readonly whereabouts: Whereabouts
  /** undefined when everything needed is in memory, where it then stays as long as this range. */
  load(): Promise<void> | undefined
  /** The rows, in index order. Requires: `load()` has returned undefined or resolved. */
  parts(): readonly Part[]
}

/** The rows of `tree` that lie between two places, both included. */
export const rangeOf = (tree: IndexTree, from: Place, to: Place): Range =>
  tree.base === undefined ? new TreeRange(tree.fresh, from, to) : new LayeredRange(tree, tree.base, from, to)

/** Rows in memory. */
class TreeRange implements Range {
  readonly #lo: number
  readonly count: number
  readonly whereabouts = 'lent'

  constructor(
    private readonly tree: Tree,
    from: Place,
    to: Place,
  ) {
    const { lo, hi } = ranks(tree, from, to)
    this.#lo = lo
    this.count = hi - lo
  }

  load(): undefined {}

  parts(): Part[] {
    const out: Part[] = []
    visitLeaves(this.tree, this.#lo, this.#lo + this.count, (rows, start, end) => out.push({ rows, start, end }))
    return out
  }
}

const NO_PARTS: readonly Part[] = []
const NOTHING: Range = { count: 0, whereabouts: 'lent', load: () => undefined, parts: () => NO_PARTS }

const treeRange = (tree: Tree, from: Place, to: Place): Range =>
  tree.root === undefined ? NOTHING : new TreeRange(tree, from, to)

const runs = new WeakMap<SegmentSource, MergedRuns>()

function mergedRuns(source: SegmentSource): MergedRuns {
  let known = runs.get(source)
  if (known === undefined) {
    known = new MergedRuns()
    runs.set(source, known)
  }
  return known
}

/** Rows of segments, with what has changed since. */
class LayeredRange implements Range {
  readonly #base: BaseRange
  readonly #gone: Range
  readonly #fresh: Range

  constructor(
    private readonly tree: IndexTree,
    base: Base,
    from: Place,
    to: Place,
  ) {
    this.#base = new BaseRange(base, tree.index, from, to)
    this.#gone = treeRange(tree.gone, from, to)
    this.#fresh = treeRange(tree.fresh, from, to)
  }

  get count(): number {
    const base = this.#base
    const gone = this.#gone
    const fresh = this.#fresh
    const kept = base.count - gone.count
    return (kept > 0 || base.isKnown ? kept : 1) + fresh.count
  }

  get whereabouts(): Whereabouts {
    if (!this.#base.isLoaded) return 'stored'
    return this.#gone.count === 0 && this.#fresh.count === 0 ? 'lent' : 'merged'
  }

  load(): Promise<void> | undefined {
    return this.#base.load()
  }

  parts(): readonly Part[] {
    const base = this.#base
    const gone = this.#gone
    const fresh = this.#fresh
    const stored = base.loaded()
    if (gone.count === 0 && fresh.count === 0) return stored
    if (gone.count === base.count) return fresh.parts() // as of a fact that was changed
    return mergeParts(this.tree.index, stored, gone.parts(), fresh.parts(), mergedRuns(base.source))
  }
}
