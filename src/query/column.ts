import type { Value } from '../datom/value.ts'
import { isInt32, joinValues, type Values } from '../db/values.ts'

/** One variable's values, row by row: ids and other small integers unboxed, everything else as values. */
export type Column = Values

/** Few different values, each once, and by row which of them it is. */
export interface Coded {
  readonly list: readonly Value[]
  readonly at: Uint8Array
}

/** Rows of a column that are the rows `start ..< end` of what is coded. */
interface CodedRun extends Coded {
  /** The first of them. */
  readonly row: number
  readonly start: number
  readonly end: number
}

const codedRuns = new WeakMap<Column, readonly CodedRun[]>()

/** The runs of few different values that are known in a column, ascending. */
export const codedRunsOf = (column: Column): readonly CodedRun[] => codedRuns.get(column) ?? []

/** A column under construction: integers as long as all values are, plain values from the first that is not. */
export class ColumnBuilder {
  length = 0
  #ints: Int32Array | undefined
  /** Once a value was no integer: runs as they were copied, and then those that came one by one. */
  readonly #runs: Values[] = []
  #values: Value[] | undefined
  readonly #coded: CodedRun[] = []

  constructor(capacity = 16) {
    this.#ints = new Int32Array(Math.max(capacity, 4))
  }

  push(v: Value): void {
    if (this.#ints !== undefined) {
      if (isInt32(v)) {
        this.#room(1)[this.length++] = v
        return
      }
      this.#becomePlain()
    }
    ;(this.#values as Value[]).push(v)
    this.length++
  }

  /** Appends `from[rows[0 ..< n]]`. */
  pick(from: ArrayLike<Value>, rows: Int32Array, n: number): void {
    if (from instanceof Int32Array && this.#ints !== undefined) {
      const into = this.#room(n)
      const at = this.length
      for (let k = 0; k < n; k++) into[at + k] = from[rows[k] as number] as number
      this.length = at + n
      return
    }
    let k = 0
    while (k < n && this.#ints !== undefined) this.push(from[rows[k++] as number] as Value)
    const into = this.#values as Value[]
    this.length += n - k
    for (; k < n; k++) into.push(from[rows[k] as number] as Value)
  }

  /** Appends `from[start ..< end]`, which is `coded` so where that is known. */
  copy(from: ArrayLike<Value>, start: number, end: number, coded?: Coded): void {
    if (coded !== undefined) this.#coded.push({ ...coded, row: this.length, start, end })
    if (from instanceof Int32Array && this.#ints !== undefined) {
      this.#room(end - start).set(from.subarray(start, end), this.length)
      this.length += end - start
      return
    }
    let i = start
    while (i < end && this.#ints !== undefined) this.push(from[i++] as Value)
    this.length += end - i
    if (Array.isArray(from) && end - i > COPIED) {
      this.#endRun()
      this.#runs.push(i === 0 && end === from.length ? from : from.slice(i, end))
      return
    }
    const into = this.#values as Value[]
    for (; i < end; i++) into.push(from[i] as Value)
  }

  /** The column so far. The builder may go on: what it has given stays as it is. */
  done(): Column {
    if (this.#ints !== undefined) return firstInts(this.#ints, this.length)
    this.#endRun()
    const [only] = this.#runs
    const isOne = only !== undefined && this.#runs.length === 1
    const all = isOne ? only : joinValues(this.#runs, this.length)
    if (this.#coded.length > 0) codedRuns.set(all, this.#coded.slice())
    this.#runs.splice(0, this.#runs.length, all)
    return all
  }

  #endRun(): void {
    const values = this.#values as Value[]
    if (values.length === 0) return
    this.#runs.push(values)
    this.#values = []
  }

  #room(n: number): Int32Array {
    const ints = this.#ints as Int32Array
    const wanted = this.length + n
    if (wanted <= ints.length) return ints
    const wider = new Int32Array(Math.max(wanted, ints.length * 2))
    wider.set(ints)
    this.#ints = wider
    return wider
  }

  #becomePlain(): void {
    this.#values = Array.from((this.#ints as Int32Array).subarray(0, this.length))
    this.#ints = undefined
  }
}

/** Up to so many values are copied one by one: a view or slice of a small array costs more than the array. */
const COPIED = 64

/** `ints[0 ..< n]`, a view or a copy. */
export function firstInts(ints: Int32Array, n: number): Int32Array {
  if (n === ints.length) return ints
  if (n > COPIED) return ints.subarray(0, n)
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = ints[i] as number
  return out
}

/** `column[rows[0 ..< n]]`. */
export function pickColumn(column: Column, rows: ArrayLike<number>, n: number): Column {
  if (column instanceof Int32Array) {
    const out = new Int32Array(n)
    for (let k = 0; k < n; k++) out[k] = column[rows[k] as number] as number
    return out
  }
  const out: Value[] = []
  for (let k = 0; k < n; k++) out.push(column[rows[k] as number] as Value)
  return out
}

/** `n` times `v`. */
export const constantColumn = (v: Value, n: number): Column =>
  isInt32(v) ? new Int32Array(n).fill(v) : new Array<Value>(n).fill(v)

/** The numbers `0 ..< n`. */
export function countingColumn(n: number): Int32Array {
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) out[i] = i
  return out
}
