import { compareValues, type Value } from '../datom/value.ts'
import { type CompareRows, comparePlace, compareRows, type Index, type Place } from './index-order.ts'
import type { Rows } from './rows.ts'

/**
 * How intervals of the past are filed, so that a scan as of a moment reads little of what came before and after. Time is cut into
 * blocks: those of level l are 2^l transactions long and begin at multiples of that; levels are even, so each block holds four
 * of the next lower level. An interval belongs to the least block that holds all its moments. The intervals of one fact do not
 * overlap, so one block holds at most three of them, and what was true at a moment lies in the few blocks that hold the moment.
 *
 *     eavt   e a v tx                  the past of one entity is one place
 *     aevt   a block e v tx            within an attribute the largest blocks come first
 *     avet   a block v e tx
 *     vaet   v a block e tx
 *
 * Why so and not otherwise: docs/history-layout.md.
 */
export interface Block {
  /** Even, 0..30. */
  readonly level: number
  /** The first transaction in the block, divided by 2^level. */
  readonly number: number
}

const TOP_LEVEL = 30

/** The level of the block that the interval `[from, to)` belongs to. Requires: from < to, both ids of transactions. */
export const levelOf = (from: number, to: number): number => (33 - Math.clz32(from ^ (to - 1))) & ~1

/** The block that the interval `[from, to)` belongs to. */
export function blockOf(from: number, to: number): Block {
  const level = levelOf(from, to)
  return { level, number: from >>> level }
}

/** The 16 blocks that hold moment `tx`, in the order in which they are filed: no other can hold an interval that covers it. */
export function blocksAt(tx: number): readonly Block[] {
  const out: Block[] = []
  for (let level = TOP_LEVEL; level >= 0; level -= 2) out.push({ level, number: tx >>> level })
  return out
}

/** A place in the past: as {@link Place}, and what follows the block in an order counts only if `block` is given. */
export interface PastPlace extends Place {
  readonly block?: Block | undefined
}

const at = (c: Int32Array | undefined, i: number): number => (c as Int32Array)[i] as number
const from = (x: Rows, i: number): number => at(x.tx, i)

function compareBlocks(x: Rows, i: number, y: Rows, j: number): number {
  const level = levelOf(from(x, i), at(x.to, i))
  return levelOf(from(y, j), at(y.to, j)) - level || (from(x, i) >>> level) - (from(y, j) >>> level)
}
const compareBlock = (x: Rows, i: number, block: Block): number =>
  block.level - levelOf(from(x, i), at(x.to, i)) || (from(x, i) >>> block.level) - block.number

/** Compares two rows of the past in full. Only `to` is not compared: no two intervals of a fact begin together. */
export const comparePastRows: Record<Index, CompareRows> = {
  eavt: compareRows.eavt,
  aevt: (x, i, y, j) => at(x.a, i) - at(y.a, j) || compareBlocks(x, i, y, j) || compareRows.aevt(x, i, y, j),
  avet: (x, i, y, j) => at(x.a, i) - at(y.a, j) || compareBlocks(x, i, y, j) || compareRows.avet(x, i, y, j),
  vaet: (x, i, y, j) =>
    compareValues(x.v[i] as Value, y.v[j] as Value) ||
    at(x.a, i) - at(y.a, j) ||
    compareBlocks(x, i, y, j) ||
    at(x.e, i) - at(y.e, j) ||
    from(x, i) - from(y, j),
}

/** Compares row `i` with the components that `place` gives: 0 when they all agree, so a prefix equals all its rows. */
export const comparePastPlace: Record<Index, (rows: Rows, i: number, place: PastPlace) => number> = {
  eavt: comparePlace.eavt,
  aevt: (rows, i, place) => {
    if (place.a === undefined) return 0
    const c = at(rows.a, i) - place.a
    if (c !== 0 || place.block === undefined) return c
    return compareBlock(rows, i, place.block) || comparePlace.aevt(rows, i, place)
  },
  avet: (rows, i, place) => {
    if (place.a === undefined) return 0
    const c = at(rows.a, i) - place.a
    if (c !== 0 || place.block === undefined) return c
    return compareBlock(rows, i, place.block) || comparePlace.avet(rows, i, place)
  },
  vaet: (rows, i, place) => {
    const { v, a, block } = place
    const c = comparePlace.vaet(rows, i, { v, a })
    if (c !== 0 || a === undefined || block === undefined) return c
    return compareBlock(rows, i, block) || comparePlace.vaet(rows, i, place)
  },
}
