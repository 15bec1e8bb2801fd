import { compareValues, type Value } from '../datom/value.ts'
import type { Rows } from './rows.ts'
import { blockOf } from './time-block.ts'

/** The four orders: by entity, by attribute, by attribute and value (unique or indexed ones), by ref target. */
export type Index = 'eavt' | 'aevt' | 'avet' | 'vaet'
export const INDEXES: readonly Index[] = ['eavt', 'aevt', 'avet', 'vaet']

/** In which order columns sort the rows; undefined for blocks of time, which are no column. */
export const COMPONENTS = {
  eavt: ['e', 'a', 'v', 'tx'],
  aevt: ['a', 'e', 'v', 'tx'],
  avet: ['a', 'v', 'e', 'tx'],
  vaet: ['v', 'a', 'e', 'tx'],
} as const satisfies Record<Index, readonly (keyof Place)[]>

/** How the past of an index lies by blocks of time: `a block e v from`, `a block v e from`, `v a block e from`. */
export type BlockOrder = 'abevt' | 'abvet' | 'vabet'
/** How rows are sorted: the present as its index says. */
export type Order = Index | BlockOrder
/** How the past of each index is sorted. That of an entity is one place; of the others what held at one time lies together. */
export const PAST_ORDERS: Readonly<Record<Index, Order>> = { eavt: 'eavt', aevt: 'abevt', avet: 'abvet', vaet: 'vabet' }

/**
 * A place in an index: the components that are given, which must be a prefix of the index's order (`e a v tx`,
 * `a e v tx`, `a v e tx`, `v a e tx`). As a lower bound what is missing means "from the least", as an upper bound "to the greatest".
 */
export interface Place {
  readonly e?: number | undefined
  readonly a?: number | undefined
  readonly v?: Value | undefined
  readonly tx?: number | undefined
  /** In a block order: the block, without which nothing that comes after it is looked at. */
  readonly block?: number | undefined
  /** As an upper bound: what agrees with it is not meant. */
  readonly excluded?: boolean
}

/** The place of row `i` alone. */
export const placeOf = ({ e, a, v, tx, to }: Rows, i: number): Place => ({
  e: e[i] as number,
  a: a[i] as number,
  v: v[i] as Value,
  tx: tx[i] as number,
  block: to && blockOf(tx[i] as number, to[i] as number),
})

/** Compares row `i` with the components that `place` gives: 0 when they all agree, so a prefix equals all its rows. */
export type ComparePlace = (rows: Rows, i: number, place: Place) => number
/** Compares two rows in full, the transaction last. */
export type CompareRows = (x: Rows, i: number, y: Rows, j: number) => number

const at = (c: Int32Array, i: number): number => c[i] as number
const block = (r: Rows, i: number): number => blockOf(at(r.tx, i), at(r.to as Int32Array, i))

export const comparePlace: Record<Order, ComparePlace> = {
  eavt: (r, i, p) => {
    if (p.e === undefined) return 0
    let c = at(r.e, i) - p.e
    if (c !== 0 || p.a === undefined) return c
    c = at(r.a, i) - p.a
    if (c !== 0 || p.v === undefined) return c
    c = compareValues(r.v[i] as Value, p.v)
    return c !== 0 || p.tx === undefined ? c : at(r.tx, i) - p.tx
  },
  aevt: (r, i, p) => {
    if (p.a === undefined) return 0
    let c = at(r.a, i) - p.a
    if (c !== 0 || p.e === undefined) return c
    c = at(r.e, i) - p.e
    if (c !== 0 || p.v === undefined) return c
    c = compareValues(r.v[i] as Value, p.v)
    return c !== 0 || p.tx === undefined ? c : at(r.tx, i) - p.tx
  },
  avet: (r, i, p) => {
    if (p.a === undefined) return 0
    let c = at(r.a, i) - p.a
    if (c !== 0 || p.v === undefined) return c
    c = compareValues(r.v[i] as Value, p.v)
    if (c !== 0 || p.e === undefined) return c
    c = at(r.e, i) - p.e
    return c !== 0 || p.tx === undefined ? c : at(r.tx, i) - p.tx
  },
  vaet: (r, i, p) => {
    if (p.v === undefined) return 0
    let c = compareValues(r.v[i] as Value, p.v)
    if (c !== 0 || p.a === undefined) return c
    c = at(r.a, i) - p.a
    if (c !== 0 || p.e === undefined) return c
    c = at(r.e, i) - p.e
    return c !== 0 || p.tx === undefined ? c : at(r.tx, i) - p.tx
  },
  abevt: (r, i, p) => {
    if (p.a === undefined) return 0
    const c = at(r.a, i) - p.a || (p.block === undefined ? 0 : block(r, i) - p.block)
    return c !== 0 || p.block === undefined ? c : comparePlace.aevt(r, i, p)
  },
  abvet: (r, i, p) => {
    if (p.a === undefined) return 0
    const c = at(r.a, i) - p.a || (p.block === undefined ? 0 : block(r, i) - p.block)
    return c !== 0 || p.block === undefined ? c : comparePlace.avet(r, i, p)
  },
  vabet: (r, i, p) => {
    if (p.v === undefined) return 0
    let c = compareValues(r.v[i] as Value, p.v)
    if (c !== 0 || p.a === undefined) return c
    c = at(r.a, i) - p.a || (p.block === undefined ? 0 : block(r, i) - p.block)
    return c !== 0 || p.block === undefined ? c : comparePlace.vaet(r, i, p)
  },
}

export const compareRows: Record<Order, CompareRows> = {
  eavt: (x, i, y, j) =>
    at(x.e, i) - at(y.e, j) ||
    at(x.a, i) - at(y.a, j) ||
    compareValues(x.v[i] as Value, y.v[j] as Value) ||
    at(x.tx, i) - at(y.tx, j),
  aevt: (x, i, y, j) =>
    at(x.a, i) - at(y.a, j) ||
    at(x.e, i) - at(y.e, j) ||
    compareValues(x.v[i] as Value, y.v[j] as Value) ||
    at(x.tx, i) - at(y.tx, j),
  avet: (x, i, y, j) =>
    at(x.a, i) - at(y.a, j) ||
    compareValues(x.v[i] as Value, y.v[j] as Value) ||
    at(x.e, i) - at(y.e, j) ||
    at(x.tx, i) - at(y.tx, j),
  vaet: (x, i, y, j) =>
    compareValues(x.v[i] as Value, y.v[j] as Value) ||
    at(x.a, i) - at(y.a, j) ||
    at(x.e, i) - at(y.e, j) ||
    at(x.tx, i) - at(y.tx, j),
  abevt: (x, i, y, j) => at(x.a, i) - at(y.a, j) || block(x, i) - block(y, j) || compareRows.aevt(x, i, y, j),
  abvet: (x, i, y, j) => at(x.a, i) - at(y.a, j) || block(x, i) - block(y, j) || compareRows.avet(x, i, y, j),
  vabet: (x, i, y, j) =>
    compareValues(x.v[i] as Value, y.v[j] as Value) ||
    at(x.a, i) - at(y.a, j) ||
    block(x, i) - block(y, j) ||
    compareRows.vaet(x, i, y, j),
}
