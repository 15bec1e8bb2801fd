import { sameValue, type Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import type { Column } from './column.ts'
import type { PairSink } from './pair-sink.ts'
import { keepRows, placeColumn, type RowTest } from './row-tests.ts'

const CAPACITY = 4096
// One pair of arrays serves all joins, for allocating them costs more than a small join: whenever a join waits, its buffer is
// empty.
const LEFT = new Int32Array(CAPACITY)
const RIGHT = new Int32Array(CAPACITY)

/** A bound variable in a place that neither index nor join key has compared yet. */
export interface Bound {
  readonly place: number
  readonly column: Column
}

/** Gathers matches, tests what is left to test, and hands them on by the thousand. */
export class PairBuffer {
  #length = 0

  constructor(
    private readonly sink: PairSink,
    private readonly tests: readonly RowTest[],
    private readonly bound: readonly Bound[],
    /** Called with every flush, to look at the time and the number of rows. */
    private readonly check: () => void,
  ) {}

  push(b: Batch, left: number, right: number): void {
    if (this.#length === CAPACITY) this.flush(b)
    LEFT[this.#length] = left
    RIGHT[this.#length++] = right
  }

  /** Row `left + k` matches row `right + k`, for every k below `n`. */
  pushRun(b: Batch, left: number, right: number, n: number): void {
    if (this.tests.length + this.bound.length > 0) {
      for (let k = 0; k < n; k++) this.push(b, left + k, right + k)
      return
    }
    this.flush(b)
    this.sink.run(b, left, right, n)
    this.check()
  }

  /** Requires: all pairs pushed since the last flush are of `b`. */
  flush(b: Batch): void {
    let n = this.#length
    this.#length = 0
    if (n === 0) return
    if (this.tests.length > 0) n = keepRows(b, this.tests, RIGHT, LEFT, n)
    for (const { place, column } of this.bound) n = this.#keepEqual(b, place, column, n)
    if (n === 0) return
    this.sink.pairs(b, LEFT, RIGHT, n)
    this.check()
  }

  #keepEqual(b: Batch, place: number, column: Column, n: number): number {
    const values = placeColumn(b, place)
    let kept = 0
    for (let k = 0; k < n; k++) {
      const x = column[LEFT[k] as number] as Value
      const y = values === undefined ? true : (values[RIGHT[k] as number] as Value)
      if (x !== y && !sameValue(x, y)) continue
      LEFT[kept] = LEFT[k] as number
      RIGHT[kept++] = RIGHT[k] as number
    }
    return kept
  }
}
