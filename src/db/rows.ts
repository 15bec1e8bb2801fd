import { assert } from '../base/assert.ts'
import type { Value } from '../datom/value.ts'
import { shareColumn } from './same-column.ts'
import { intsOf, joinValues, type Values } from './values.ts'

/**
 * Facts as columns. Rows of the present say `(e a v tx)`: asserted by `tx` and still so. Rows of the past also have `to`,
 * the transaction that ended them, and say that the fact held from `tx` until just before `to`.
 */
export interface Rows {
  readonly length: number
  readonly e: Int32Array
  readonly a: Int32Array
  readonly v: Values
  readonly tx: Int32Array
  readonly to: Int32Array | undefined
}

/** A row of some rows. */
export interface RowAt {
  readonly rows: Rows
  readonly i: number
}

/** Rows under construction; grows as needed. */
export class RowsBuilder {
  length = 0
  #e: Int32Array
  #a: Int32Array
  readonly #v: Value[] = []
  #tx: Int32Array
  #to: Int32Array | undefined

  constructor(past: boolean, capacity = 16) {
    this.#e = new Int32Array(capacity)
    this.#a = new Int32Array(capacity)
    this.#tx = new Int32Array(capacity)
    this.#to = past ? new Int32Array(capacity) : undefined
  }

  push(e: number, a: number, v: Value, tx: number, to = 0): void {
    if (this.length === this.#e.length) this.#grow()
    const i = this.length++
    this.#e[i] = e
    this.#a[i] = a
    this.#v.push(v)
    this.#tx[i] = tx
    if (this.#to !== undefined) this.#to[i] = to
  }

  /** The rows so far. The builder must not be used afterwards. */
  done(): Rows {
    const n = this.length
    const cut = (c: Int32Array): Int32Array => (c.length === n ? c : c.slice(0, n))
    return { length: n, e: cut(this.#e), a: cut(this.#a), v: this.#v, tx: cut(this.#tx), to: this.#to && cut(this.#to) }
  }

  #grow(): void {
    const wider = (c: Int32Array): Int32Array => {
      const out = new Int32Array(c.length * 2)
      out.set(c)
      return out
    }
    this.#e = wider(this.#e)
    this.#a = wider(this.#a)
    this.#tx = wider(this.#tx)
    this.#to = this.#to && wider(this.#to)
  }
}

export const NO_ROWS: Rows = new RowsBuilder(false, 0).done()
export const NO_PAST: Rows = new RowsBuilder(true, 0).done()

/** Copies runs of rows into columns of a length known beforehand. */
export class Columns {
  #at = 0
  readonly #e: Int32Array
  readonly #a: Int32Array
  readonly #parts: Values[] = []
  readonly #tx: Int32Array
  readonly #to: Int32Array | undefined

  constructor(
    private readonly length: number,
    past: boolean,
  ) {
    // one buffer for all: to allocate is what costs most where a transaction changes a row or two
    const buffer = new ArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT * (past ? 4 : 3))
    const column = (k: number): Int32Array => new Int32Array(buffer, k * length * Int32Array.BYTES_PER_ELEMENT, length)
    this.#e = column(0)
    this.#a = column(1)
    this.#tx = column(2)
    this.#to = past ? column(3) : undefined
  }

  copy(from: Rows, lo: number, hi: number): void {
    if (lo >= hi) return
    const at = this.#at
    if (hi - lo < 16) {
      for (let i = lo, k = at; i < hi; i++, k++) {
        this.#e[k] = from.e[i] as number
        this.#a[k] = from.a[i] as number
        this.#tx[k] = from.tx[i] as number
        if (this.#to !== undefined) this.#to[k] = (from.to as Int32Array)[i] as number
      }
    } else {
      this.#e.set(from.e.subarray(lo, hi), at)
      this.#a.set(from.a.subarray(lo, hi), at)
      this.#tx.set(from.tx.subarray(lo, hi), at)
      this.#to?.set((from.to as Int32Array).subarray(lo, hi), at)
    }
    this.#parts.push(lo === 0 && hi === from.length ? from.v : from.v.slice(lo, hi))
    this.#at = at + (hi - lo)
  }

  done(): Rows {
    assert(this.#at === this.length, 'rows are missing')
    const v = joinValues(this.#parts, this.length)
    return { length: this.length, e: this.#e, a: this.#a, v, tx: this.#tx, to: this.#to }
  }
}

/** Rows `lo ..< hi` of `rows`. */
export function sliceRows(rows: Rows, lo: number, hi: number): Rows {
  if (lo === 0 && hi === rows.length) return rows
  const out = new Columns(hi - lo, rows.to !== undefined)
  out.copy(rows, lo, hi)
  return out.done()
}

/** All of `runs`, one after the other: `length` rows. Requires: at least one run. */
export function concatRows(runs: readonly Rows[], length: number): Rows {
  const out = new Columns(length, runs[0]?.to !== undefined)
  for (const rows of runs) out.copy(rows, 0, rows.length)
  return out.done()
}

/** Rows `lo ..< hi` of `rows` in little room: small integers unboxed, and what is the same throughout shared. At least one row. */
export function packRows({ e, a, v, tx, to }: Rows, lo: number, hi: number): Rows {
  const values = v.slice(lo, hi)
  return {
    length: hi - lo,
    e: e.slice(lo, hi),
    a: shareColumn(a, lo, hi),
    v: intsOf(values, 0, hi - lo) ?? values,
    tx: shareColumn(tx, lo, hi),
    to: to?.slice(lo, hi),
  }
}

/** The rows at the places `order` names, in that order. */
export function pickRows(rows: Rows, order: ArrayLike<number>): Rows {
  const n = order.length
  if (n === 0) return rows.to === undefined ? NO_ROWS : NO_PAST
  const pick = (c: Int32Array): Int32Array => {
    const out = new Int32Array(n)
    for (let i = 0; i < n; i++) out[i] = c[order[i] as number] as number
    return out
  }
  const v = rows.v instanceof Int32Array ? pick(rows.v) : pickValues(rows.v, order)
  return { length: n, e: pick(rows.e), a: pick(rows.a), v, tx: pick(rows.tx), to: rows.to && pick(rows.to) }
}

function pickValues(values: readonly Value[], order: ArrayLike<number>): Value[] {
  const out: Value[] = []
  for (let i = 0; i < order.length; i++) out.push(values[order[i] as number] as Value)
  return out
}
