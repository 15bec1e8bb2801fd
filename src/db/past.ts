import type { Schema } from '../datom/schema.ts'
import type { Db, Trees } from './db.ts'
import { comparePlace, type Index, type Place } from './index-order.ts'
import type { IndexTree } from './index-tree.ts'
import { loadAll } from './load.ts'
import type { Part } from './part.ts'
import { type Range, rangeOf } from './range.ts'
import type { Rows } from './rows.ts'
import { blocksAt, type Levels } from './time-block.ts'

/** Intervals between two places of an index, all among them that a view may show, ready to be read. */
export interface Past {
  /** How many: an upper bound when loaded, otherwise a guess, and 0 only if there are none. */
  readonly count: number
  readonly isStored: boolean
  /** undefined when everything needed is in memory, where it then stays as long as this. */
  load(): Promise<void> | undefined
  /** In runs that are each in the order of the index where {@link isSorted}. Requires: `load()` has returned undefined or resolved. */
  runs(): readonly (readonly Part[])[]
  readonly isSorted: boolean
}

/**
 * The past of `db`, which has a time view, between two places of an index, both included unless they say otherwise. As of a moment only
 * the blocks that hold it are read.
 */
export function pastBetween({ past, view, schema }: Db, index: Index, from: Place, to: Place): Past {
  if (index === 'eavt' || isOneFact(index, from, to)) return new Runs([rangeOf(past.eavt, from, to)])
  if (!view.history && view.asOf !== undefined && isOneTarget(index, from, to)) {
    return new Runs(rangesAt(past[index], index, from, to, view.asOf))
  }
  const all = rangeOf(past[index], prefixOf(index, from), prefixOf(index, to))
  const less = index === 'aevt' ? entitiesBetween(past, from, to) : targetBetween(past, schema, index, from, to)
  return new Unsorted(less !== undefined && less.count < all.count ? less : all, index, from, to)
}

/** Whether all that lies between two places is of one entity and attribute, and one value in the orders by value. */
const isOneFact = (index: Index, from: Place, to: Place): boolean =>
  from.e !== undefined && from.e === to.e && from.a === to.a && (index === 'aevt' || from.v === to.v)

/** Whether two places of AEVT are of one attribute. */
export const isOneAttribute = (index: Index, from: Place, to: Place): boolean =>
  index === 'aevt' && from.a !== undefined && from.a === to.a

/** All that was said of the entities between two places of AEVT; undefined where that is everybody. */
function entitiesBetween({ eavt }: Trees, from: Place, to: Place): Range | undefined {
  if (!isOneAttribute('aevt', from, to) || (from.e === undefined && to.e === undefined)) return undefined
  return rangeOf(eavt, { e: from.e }, { e: to.e })
}

/** What referred to the one target of two places of AVET; undefined where there is none such. */
function targetBetween(
  { vaet }: Trees,
  { attributes }: Schema,
  index: Index,
  from: Place,
  to: Place,
): Range | undefined {
  const { a, v } = from
  if (index !== 'avet' || v === undefined || v !== to.v || a !== to.a) return undefined
  if (attributes.get(a as number)?.type !== 'ref') return undefined
  return rangeOf(vaet, { v, a }, { v, a })
}

const isOneTarget = (index: Index, from: Place, to: Place): boolean =>
  index !== 'vaet' || (from.v !== undefined && from.v === to.v)

/** One range for each block that holds the moment of `tx`, of each attribute. */
function rangesAt(tree: IndexTree, index: Index, from: Place, to: Place, tx: number): Range[] {
  const target = index === 'vaet' ? from.v : undefined
  const out: Range[] = []
  for (const [a, levels] of levelsBetween(tree.levels as Levels, from.a, to.a)) {
    for (const block of blocksAt(levels, tx)) {
      const first = from.a === a ? { ...from, block } : { v: target, a, block }
      const last = from === to ? first : to.a === a ? { ...to, block } : { v: target, a, block }
      out.push(rangeOf(tree, first, last))
    }
  }
  return out
}

/** The levels of the attributes from `first` to `last`, ascending. */
function levelsBetween(
  levels: Levels,
  first = 0,
  last = Number.POSITIVE_INFINITY,
): Iterable<readonly [number, number]> {
  if (first === last) {
    const known = levels.get(first)
    return known === undefined ? [] : [[first, known]]
  }
  return [...levels].filter(([a]) => a >= first && a <= last).sort(([x], [y]) => x - y)
}

class Runs implements Past {
  readonly isSorted = true

  constructor(private readonly ranges: readonly Range[]) {}

  get count(): number {
    let n = 0
    for (const range of this.ranges) n += range.count
    return n
  }
  get isStored(): boolean {
    return this.ranges.some(({ whereabouts }) => whereabouts === 'stored')
  }
  load(): Promise<void> | undefined {
    return loadAll(this.ranges)
  }
  runs(): readonly (readonly Part[])[] {
    return this.ranges.map((range) => range.parts())
  }
}

/** What lies between two places of an index, picked out of a range of any order that holds it. */
class Unsorted implements Past {
  readonly isSorted = false

  constructor(
    private readonly range: Range,
    private readonly index: Index,
    private readonly from: Place,
    private readonly to: Place,
  ) {}

  get count(): number {
    return this.range.count
  }
  get isStored(): boolean {
    return this.range.whereabouts === 'stored'
  }
  load(): Promise<void> | undefined {
    return this.range.load()
  }
  runs(): readonly (readonly Part[])[] {
    const { index, from, to } = this
    const parts = this.range.parts()
    if (isPrefix(index, from) && isPrefix(index, to)) return [parts]
    const isWanted = isBetween(index, from, to)
    return [parts.flatMap((part) => stretchesOf(part, isWanted))]
  }
}

export type IsWanted = (rows: Rows, i: number) => boolean

/** Tells rows between two places of an index, both included unless they say otherwise. */
export function isBetween(index: Index, from: Place, to: Place): IsWanted {
  const compare = comparePlace[index]
  const limit = to.excluded === true ? 0 : 1
  return (rows, i) => compare(rows, i, from) >= 0 && compare(rows, i, to) < limit
}

/** The stretches of a part in which all rows are wanted. */
function stretchesOf({ rows, start, end }: Part, isWanted: IsWanted): Part[] {
  const out: Part[] = []
  for (let i = start; i < end; i++) {
    const first = i
    while (i < end && isWanted(rows, i)) i++
    if (first < i) out.push({ rows, start: first, end: i })
  }
  return out
}

/** Whether a place has no component that comes after the block in the order of the past. */
export const isPrefix = (index: Index, { e, v }: Place): boolean =>
  e === undefined && (index !== 'avet' || v === undefined)

/** The components of a place that come before the block in the order of the past. */
export function prefixOf(index: Index, place: Place): Place {
  if (isPrefix(index, place)) return place
  return index === 'vaet' ? { v: place.v, a: place.a } : { a: place.a }
}
