import { compareValues, type Value } from '../../src/datom/value.ts'
import type { Index } from '../../src/db/index-order.ts'
import { pickRows, type Rows } from '../../src/db/rows.ts'
import { type Cut, cutRows } from '../../src/db/segment/cut-rows.ts'

/** Components of a sort key. `block` is the level of the dyadic block that holds an interval, the highest first, and its place. */
export type Part = 'e' | 'a' | 'v' | 'from' | 'block'

/** An order of the past, for each index; `bits` is how many levels of blocks are taken as one. */
export interface Layout {
  readonly name: string
  readonly bits: number
  readonly orders: Readonly<Record<Index, readonly Part[]>>
}

const KEYS: Record<Index, readonly Part[]> = {
  eavt: ['e', 'a', 'v'],
  aevt: ['a', 'e', 'v'],
  avet: ['a', 'v', 'e'],
  vaet: ['v', 'a', 'e'],
}
/** The key of each index with `block` put in after so many components; never where absent. */
function layout(name: string, after: Partial<Record<Index, number>>, bits = 1): Layout {
  const order = (index: Index): readonly Part[] => {
    const key = KEYS[index]
    const at = after[index]
    return at === undefined ? [...key, 'from'] : [...key.slice(0, at), 'block', ...key.slice(at), 'from']
  }
  return {
    name,
    bits,
    orders: { eavt: order('eavt'), aevt: order('aevt'), avet: order('avet'), vaet: order('vaet') },
  }
}

export const LAYOUTS: readonly Layout[] = [
  layout('A key', {}),
  layout('B block first', { eavt: 0, aevt: 0, avet: 0, vaet: 0 }),
  layout('C prefix first', { aevt: 1, avet: 1, vaet: 2 }),
  layout('C by fours', { aevt: 1, avet: 1, vaet: 2 }, 2),
  layout('C by eights', { aevt: 1, avet: 1, vaet: 2 }, 3),
  layout('D AVET after v', { aevt: 1, avet: 2, vaet: 2 }),
]

/** The level of the least block that holds all moments of `[from, to)`: blocks of level l are 2^l long. */
const levelOf = (from: number, to: number, bits: number): number =>
  Math.ceil((32 - Math.clz32(from ^ (to - 1))) / bits) * bits

/** What is asked of an index: a prefix of its key, the last component of which may be a range, at a moment or over all time. */
export interface Ask {
  readonly e?: number
  readonly a?: number
  readonly v?: Value
  /** Values from `v` to this one. */
  readonly vTo?: Value
  /** Absent: the whole past. */
  readonly at?: number
}

export interface Cost {
  readonly rows: number
  readonly segments: number
  /** Rows that answer. */
  readonly found: number
}

/** The past of one index in one layout, cut into segments. */
export class LaidOut {
  readonly rows: Rows
  readonly cuts: readonly Cut[]
  private readonly level: Int32Array
  private readonly order: readonly Part[]
  private readonly bits: number

  constructor(index: Index, { orders, bits }: Layout, rows: Rows) {
    this.order = orders[index]
    this.bits = bits
    const level = levelsOf(rows, bits)
    const places = Array.from({ length: rows.length }, (_, i) => i)
    const compare = (i: number, j: number): number => {
      for (const part of this.order) {
        const c = comparePart(part, rows, level, i, j)
        if (c !== 0) return c
      }
      return 0
    }
    places.sort(compare)
    this.rows = pickRows(rows, places)
    this.level = levelsOf(this.rows, bits)
    this.cuts = cutRows(index, this.rows)
  }

  get bytes(): number {
    // none of these values is large enough to lie alone, uncounted
    return this.cuts.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)
  }

  /** What it takes to read the rows that may answer: each range of rows that agrees with `ask` as far as the order goes. */
  cost(ask: Ask): Cost {
    const segments = new Set<number>()
    let rows = 0
    let found = 0
    for (const [lo, hi] of this.ranges(ask)) {
      rows += hi - lo
      for (let i = lo; i < hi; i++) if (this.answers(ask, i)) found++
      for (let s = this.cuts.findIndex((cut) => cut.hi > lo); hi > lo && s < this.cuts.length; s++) {
        if ((this.cuts[s] as Cut).lo >= hi) break
        segments.add(s)
      }
    }
    return { rows, segments: segments.size, found }
  }

  /** How many segments hold intervals that ended after `since`: what a merge of those would have to write again. */
  touchedSince(since: number): number {
    const to = this.rows.to as Int32Array
    return this.cuts.filter(({ lo, hi }) => to.subarray(lo, hi).some((end) => end > since)).length
  }

  private answers(ask: Ask, i: number): boolean {
    const { e, a, v, tx, to } = this.rows
    const value = v[i] as Value
    return (
      (ask.e === undefined || e[i] === ask.e) &&
      (ask.a === undefined || a[i] === ask.a) &&
      (ask.v === undefined || compareValues(value, ask.v) >= 0) &&
      (ask.v === undefined || compareValues(value, ask.vTo ?? ask.v) <= 0) &&
      (ask.at === undefined || ((tx[i] as number) <= ask.at && ask.at < ((to as Int32Array)[i] as number)))
    )
  }

  private ranges(ask: Ask): [number, number][] {
    const at = this.order.indexOf('block')
    if (at < 0) return [this.range(this.order, ask)]
    const before = this.order.slice(0, at)
    const wanted = before.every((part) => isPoint(part, ask))
    // Over all time, or with a range before the block, every block counts: they are found by skipping from one to the next.
    if (ask.at === undefined || !wanted) return this.everyBlock(before, ask)
    const out: [number, number][] = []
    for (let level = 0; level <= 30; level += this.bits) {
      out.push(this.range(this.order, { ...ask, level, block: ask.at >>> level }))
    }
    return out
  }

  private everyBlock(before: readonly Part[], ask: Ask): [number, number][] {
    const [lo, hi] = this.range(before, ask)
    const after = this.order.slice(before.length)
    const out: [number, number][] = []
    for (let i = lo; i < hi; ) {
      const same = { ...ask, v: this.rows.v[i] as Value, ...this.blockOf(i) }
      const block = before.includes('v') ? { ...same, vTo: same.v } : { ...ask, ...this.blockOf(i) }
      const end = this.range([...before, 'block'], block)[1]
      const mayHold = ask.at === undefined || (ask.at >>> block.level === block.block && true)
      if (mayHold) out.push(this.range([...before, ...after], block))
      i = Math.max(end, i + 1)
    }
    return out
  }

  private blockOf(i: number): { readonly level: number; readonly block: number } {
    const level = this.level[i] as number
    return { level, block: (this.rows.tx[i] as number) >>> level }
  }

  /** The rows that agree with `ask` on the components of `order` that it gives, as far as they are a prefix. */
  private range(order: readonly Part[], ask: Bounds): [number, number] {
    return [this.bound(order, ask, false), this.bound(order, ask, true)]
  }

  private bound(order: readonly Part[], ask: Bounds, after: boolean): number {
    let lo = 0
    let hi = this.rows.length
    while (lo < hi) {
      const mid = (lo + hi) >>> 1
      const c = this.compareTo(order, ask, mid, after)
      if (c < 0 || (after && c === 0)) lo = mid + 1
      else hi = mid
    }
    return lo
  }

  private compareTo(order: readonly Part[], ask: Bounds, i: number, after: boolean): number {
    const { e, a, v, tx } = this.rows
    for (const part of order) {
      let c = 0
      if (part === 'block') {
        if (ask.level === undefined || ask.block === undefined) return 0
        const level = this.level[i] as number
        c = ask.level - level || ((tx[i] as number) >>> level) - ask.block
      } else if (part === 'v') {
        if (ask.v === undefined) return 0
        c = compareValues(v[i] as Value, after ? (ask.vTo ?? ask.v) : ask.v)
        if (c === 0 && ask.vTo !== undefined && ask.vTo !== ask.v) return 0
      } else if (part === 'e' || part === 'a') {
        const wanted = ask[part]
        if (wanted === undefined) return 0
        c = ((part === 'e' ? e : a)[i] as number) - wanted
      }
      if (c !== 0) return c
    }
    return 0
  }
}

interface Bounds extends Ask {
  readonly level?: number
  readonly block?: number
}

const isPoint = (part: Part, ask: Ask): boolean =>
  part === 'v' ? ask.v !== undefined && ask.vTo === undefined : part === 'e' ? ask.e !== undefined : ask.a !== undefined

const levelsOf = ({ tx, to }: Rows, bits: number): Int32Array =>
  tx.map((from, i) => levelOf(from, (to as Int32Array)[i] as number, bits))

function comparePart(part: Part, { e, a, v, tx }: Rows, level: Int32Array, i: number, j: number): number {
  switch (part) {
    case 'e':
      return (e[i] as number) - (e[j] as number)
    case 'a':
      return (a[i] as number) - (a[j] as number)
    case 'v':
      return compareValues(v[i] as Value, v[j] as Value)
    case 'from':
      return (tx[i] as number) - (tx[j] as number)
    case 'block': {
      const l = level[i] as number
      return (level[j] as number) - l || ((tx[i] as number) >>> l) - ((tx[j] as number) >>> l)
    }
  }
}
