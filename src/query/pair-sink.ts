import type { Value } from '../datom/value.ts'
import type { Batch } from '../db/scan.ts'
import { type Column, ColumnBuilder, pickColumn } from './column.ts'
import { IntBuffer } from './int-buffer.ts'
import type { Relation } from './relation.ts'
import { placeColumn } from './row-tests.ts'
import { Place } from './step.ts'
import { formOf } from './value-form.ts'

/** Takes the matches of a join between a relation and the batches of a scan. */
export interface PairSink {
  /** Row `left[k]` of the relation matches row `right[k]` of `b`, for every k below `n`. */
  pairs(b: Batch, left: Int32Array, right: Int32Array, n: number): void
  /** Row `left + k` of the relation matches row `right + k` of `b`, for every k below `n`. */
  run(b: Batch, left: number, right: number, n: number): void
}

/** A place of a pattern and the slot that it gives a value to. */
export interface Out {
  readonly place: number
  readonly slot: number
}

/** So few rows are picked before it could be found out whether their values are integers. */
const FEW = 64

/** Appends the values of a place for the given rows of a batch. */
export function pickPlace(into: ColumnBuilder, b: Batch, place: number, rows: Int32Array, n: number): void {
  const form = n >= FEW && place === Place.v ? formOf(b) : undefined
  const column = form instanceof Int32Array ? form : placeColumn(b, place)
  if (column !== undefined) into.pick(column, rows, n)
  else for (let k = 0; k < n; k++) into.push(true as Value)
}

/** Appends the values of a place for the rows `start ..< end` of a batch. */
export function copyPlace(into: ColumnBuilder, b: Batch, place: number, start: number, end: number): void {
  const form = place === Place.v ? formOf(b) : undefined
  const column = form instanceof Int32Array ? form : placeColumn(b, place)
  if (column !== undefined) into.copy(column, start, end, form && 'list' in form ? form : undefined)
  else for (let i = start; i < end; i++) into.push(true)
}

/** Collects joined rows: the relation's columns, and new ones from the batches. */
export class RowSink implements PairSink {
  readonly #leftRows: IntBuffer
  readonly #builders: ColumnBuilder[]

  constructor(
    private readonly left: Relation,
    private readonly outs: readonly Out[],
  ) {
    const capacity = Math.min(left.length, 65_536)
    this.#leftRows = new IntBuffer(capacity)
    this.#builders = outs.map(() => new ColumnBuilder(capacity))
  }

  get length(): number {
    return this.#leftRows.length
  }

  pairs(b: Batch, left: Int32Array, right: Int32Array, n: number): void {
    this.#leftRows.append(left, n)
    for (let o = 0; o < this.outs.length; o++) {
      pickPlace(this.#builders[o] as ColumnBuilder, b, (this.outs[o] as Out).place, right, n)
    }
  }

  run(b: Batch, left: number, right: number, n: number): void {
    this.#leftRows.count(left, n)
    for (let o = 0; o < this.outs.length; o++) {
      copyPlace(this.#builders[o] as ColumnBuilder, b, (this.outs[o] as Out).place, right, right + n)
    }
  }

  /** `sorted` and `distinct`: what the join knows of the rows it made. */
  done(sorted: number, distinct: boolean): Relation {
    const { left } = this
    const leftRows = this.#leftRows
    const n = leftRows.length
    const unchanged = leftRows.isCounting(left.length)
    const columns: Column[] = left.columns.map((c) => (unchanged ? c : pickColumn(c, leftRows.data, n)))
    for (const builder of this.#builders) columns.push(builder.done())
    const slots = [...left.slots, ...this.outs.map((out) => out.slot)]
    return { length: n, slots, columns, sorted: slots.includes(sorted) ? sorted : -1, distinct }
  }
}

/** Notes which rows of the relation match at all. */
export class MarkSink implements PairSink {
  readonly marks: Uint8Array
  constructor(length: number) {
    this.marks = new Uint8Array(length)
  }
  readonly length = 0

  pairs(_: Batch, left: Int32Array, __: Int32Array, n: number): void {
    for (let k = 0; k < n; k++) this.marks[left[k] as number] = 1
  }

  run(_: Batch, left: number, __: number, n: number): void {
    this.marks.fill(1, left, left + n)
  }
}
