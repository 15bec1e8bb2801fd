import { assert } from '../base/assert.ts'
import { type Base, segmentCount } from './base.ts'
import type { Order, Place } from './index-order.ts'
import { countParts, type Part, wholePart } from './part.ts'
import { endInRows, rankInRows } from './rank-in-rows.ts'
import { type Rows, sliceRows } from './rows.ts'
import type { SegmentSource } from './segment-source.ts'

/** Rows that a prefix finds in one segment, as long as nobody has looked: it only has to rank. */
const GUESS = 8

/** The segments `first ..< last` of `base` that may hold rows between two places. */
export function segmentsBetween({ borders }: Base, index: Order, from: Place, to: Place) {
  // a whole row that is a border has all of its followers behind it, a prefix may have some before
  const isRow = from.tx !== undefined
  const next = rankInRows(borders, index, from, isRow)
  return { first: Math.max(0, next - 1), last: endInRows(borders, index, next, to) }
}

/** By itself where it is few rows, for which a segment is not to be held while others are read. */
function copied({ rows, start, end }: Part): Part {
  return end - start > GUESS ? { rows, start, end } : wholePart(sliceRows(rows, start, end))
}

/** The rows of segments between two places of an index, both included. */
export class BaseRange {
  /** The segments that may hold such rows: `first ..< last`. */
  readonly #first: number
  readonly #last: number
  #parts: readonly Part[] | undefined

  constructor(
    private readonly base: Base,
    private readonly index: Order,
    private readonly from: Place,
    private readonly to: Place,
  ) {
    const { first, last } = segmentsBetween(base, index, from, to)
    this.#first = first
    this.#last = last
  }

  get source(): SegmentSource {
    return this.base.source
  }

  /** Exact when {@link isKnown}; a guess otherwise. */
  get count(): number {
    if (this.isKnown) return this.#parts === undefined ? (this.#ofAttribute() ?? 0) : countParts(this.#parts)
    return this.#guess()
  }

  /** Whether the rows are in memory, where they then stay as long as this range. */
  get isLoaded(): boolean {
    if (this.#parts === undefined) this.#look()
    return this.#parts !== undefined
  }

  /** Whether the rows can be counted: they are in memory, or all those of an attribute. */
  get isKnown(): boolean {
    return this.isLoaded || this.#ofAttribute() !== undefined
  }

  /** undefined when everything is in memory, which then stays there as long as this range. */
  load(): Promise<void> | undefined {
    if (this.isLoaded) return undefined
    const { base } = this
    const segments: Rows[] = []
    let left = this.#last - this.#first
    return base.source.load(base.ids.slice(this.#first, this.#last), (rows, i) => {
      segments[i] = rows
      if (--left === 0) this.#keep(segments, copied)
    })
  }

  /** Requires: loaded. */
  loaded(): readonly Part[] {
    assert(this.#parts !== undefined, 'rows are not loaded')
    return this.#parts
  }

  #look(): void {
    const { source, ids } = this.base
    const segments: Rows[] = []
    for (let i = this.#first; i < this.#last; i++) {
      const rows = source.peek(ids[i] as number)
      if (rows === undefined) return
      segments.push(rows)
    }
    this.#keep(segments)
  }

  #keep(segments: readonly Rows[], lent = (part: Part): Part => part): void {
    const { index, from, to } = this
    const parts: Part[] = []
    const end = segments.length - 1
    for (let i = 0; i <= end; i++) {
      const rows = segments[i] as Rows
      const start = i === 0 ? rankInRows(rows, index, from, false) : 0
      const stop = i === end ? endInRows(rows, index, start, to) : rows.length
      if (start < stop) parts.push(lent({ rows, start, end: stop }))
    }
    this.#parts = parts
  }

  #ofAttribute(): number | undefined {
    const { from, to } = this
    const whole = from.a !== undefined && from.a === to.a && from.e === undefined && to.e === undefined
    const isByAttribute = this.index === 'aevt' || (this.index === 'abevt' && from.block === undefined)
    return whole && isByAttribute ? (this.base.ofAttribute?.get(from.a) ?? 0) : undefined
  }

  #guess(): number {
    const n = this.#last - this.#first
    if (n === 1) return Math.min(GUESS, segmentCount(this.base, this.#first))
    const ends = segmentCount(this.base, this.#first) + segmentCount(this.base, this.#last - 1)
    const inner = (this.base.ends[this.#last - 2] as number) - (this.base.ends[this.#first] as number)
    return inner + Math.ceil(ends / 2)
  }
}
