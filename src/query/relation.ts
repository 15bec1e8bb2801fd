import type { Codes } from './codes.ts'
import { type Column, pickColumn } from './column.ts'
import { groupRows } from './group-rows.ts'

/** Rows over variables (slots), as columns of equal length. */
export interface Relation {
  readonly length: number
  readonly slots: readonly number[]
  readonly columns: readonly Column[]
  /** The slot by which the rows ascend; -1 when none is known. */
  readonly sorted: number
  /** Whether no two rows are known to be equal; false when they may be. */
  readonly distinct: boolean
}

/** No variables, one row: what holds before anything was asked. */
export const UNIT: Relation = { length: 1, slots: [], columns: [], sorted: -1, distinct: true }

export const emptyRelation = (slots: readonly number[]): Relation => ({
  length: 0,
  slots,
  columns: slots.map(() => new Int32Array(0)),
  sorted: -1,
  distinct: true,
})

/** The column of `slot`; undefined when the relation does not have it. */
export function columnOf(r: Relation, slot: number): Column | undefined {
  const i = r.slots.indexOf(slot)
  return i === -1 ? undefined : r.columns[i]
}

/** The rows that `rows[0 ..< n]` names, ascending if `ordered`, each once if `once`. */
export function pickRows(r: Relation, rows: ArrayLike<number>, n: number, ordered: boolean, once: boolean): Relation {
  return {
    length: n,
    slots: r.slots,
    columns: r.columns.map((c) => pickColumn(c, rows, n)),
    sorted: ordered ? r.sorted : -1,
    distinct: once && r.distinct,
  }
}

/** The rows whose mark is `wanted`. */
export function pickMarked(r: Relation, marks: Uint8Array, wanted: 0 | 1): Relation {
  const rows = new Int32Array(r.length)
  let n = 0
  for (let i = 0; i < r.length; i++) {
    rows[n] = i
    n += +(marks[i] === wanted)
  }
  return n === r.length ? r : pickRows(r, rows, n, true, true)
}

/** Only the columns of `kept`, in that order, which the relation must have; `distinct`: whether no two rows become equal. */
export function dropColumns(r: Relation, kept: readonly number[], distinct: boolean): Relation {
  return {
    length: r.length,
    slots: kept,
    columns: kept.map((slot) => columnOf(r, slot) as Column),
    sorted: kept.includes(r.sorted) ? r.sorted : -1,
    distinct,
  }
}

/** Each row once, the first of equal ones staying where it is. */
export function distinctRows(r: Relation, codes: Codes): Relation {
  if (r.distinct) return r
  if (r.length <= 1) return { ...r, distinct: true }
  if (r.slots.length === 0) return { ...r, length: 1, distinct: true }
  const { firsts } = groupRows(r.columns, r.length, codes)
  const n = firsts.length
  return n === r.length ? { ...r, distinct: true } : { ...pickRows(r, firsts, n, true, true), distinct: true }
}
