import type { Value } from '../datom/value.ts'
import type { Base } from './base.ts'
import type { Order } from './index-order.ts'
import { concatRows, type Rows, RowsBuilder, sliceRows } from './rows.ts'
import { cutRows } from './segment/cut-rows.ts'
import type { SegmentSource } from './segment-source.ts'

/** Where segments are written. */
export interface SegmentSink {
  /** Reads them, once they are stored. */
  readonly source: SegmentSource
  /** Rows of a segment, at most. */
  readonly maxRows: number
  /** Takes a segment; its id. */
  write(bytes: Uint8Array): number
  /** Lets what was taken be stored, and others work: called after some milliseconds of work. */
  breathe(): Promise<void>
}

/** A row of some rows. */
export interface RowAt {
  readonly rows: Rows
  readonly i: number
}

type Piece = ReturnType<typeof cutRows>[number]

/** Rows that are cut at a time. */
const SLICE = 8192
/** A last segment that is smaller is joined with what follows, unless it holds many rows. Bytes. */
const SMALL = 8 * 1024
/** Longer texts are cut short in borders, where they may be. UTF-16 units. */
const LONG = 64

/** Puts the segments of one index together, in its order. */
export class BaseWriter {
  private readonly ids: number[] = []
  private readonly ends: number[] = []
  private borders: RowsBuilder | undefined
  private count = 0
  /** Rows that are not in a segment yet, and what may stand as their border. */
  private held: Rows | undefined
  private heldBorder: RowAt | undefined
  /** The row before the held ones; undefined where that is not known. */
  private last: RowAt | undefined

  constructor(
    private readonly order: Order,
    private readonly sink: SegmentSink,
  ) {}

  /** `rows` come next. `border` sorts after everything before them, and before all of them unless they are the first. */
  async add(rows: Rows, border?: RowAt): Promise<void> {
    if (rows.length === 0) return
    if (this.held === undefined) this.heldBorder = border
    const all = this.held === undefined ? rows : concatRows([this.held, rows], this.held.length + rows.length)
    let at = 0
    for (; all.length - at >= 2 * SLICE; at += SLICE) {
      const slice = sliceRows(all, at, at + SLICE)
      for (const piece of this.cut(slice)) this.put(slice, piece)
      await this.sink.breathe()
    }
    this.held = sliceRows(all, at, all.length)
  }

  /** Segment `id` comes next, as it is; false when what is held is too small to stand alone and wants its rows instead. */
  async keep(id: number, border: RowAt, count: number): Promise<boolean> {
    const { held } = this
    if (held !== undefined) {
      const pieces = this.cut(held)
      if (this.isSmall(pieces.at(-1) as Piece)) return false
      await this.flush(held, pieces)
    }
    this.name(id, border, count)
    this.last = undefined
    return true
  }

  /** What was written; undefined for nothing. `ofAttribute`: rows of each attribute, where that is known. */
  async done(ofAttribute: ReadonlyMap<number, number> | undefined): Promise<Base | undefined> {
    if (this.held !== undefined) await this.flush(this.held, this.cut(this.held))
    if (this.borders === undefined) return undefined
    return {
      source: this.sink.source,
      ids: this.ids,
      borders: this.borders.done(),
      ends: Int32Array.from(this.ends),
      ofAttribute,
    }
  }

  private cut(rows: Rows): readonly Piece[] {
    return cutRows(this.order, rows, this.sink.maxRows)
  }

  private isSmall({ lo, hi, bytes }: Piece): boolean {
    return bytes.length < SMALL && (hi - lo) * 4 < this.sink.maxRows
  }

  private async flush(held: Rows, pieces: readonly Piece[]): Promise<void> {
    for (const piece of pieces) this.put(held, piece)
    this.held = undefined
    await this.sink.breathe()
  }

  private put(rows: Rows, { lo, hi, bytes }: Piece): void {
    const known = this.ids.length === 0 ? undefined : this.heldBorder
    this.name(this.sink.write(bytes), known ?? { rows, i: lo }, hi - lo)
    this.heldBorder = undefined
    this.last = { rows, i: hi - 1 }
  }

  private name(id: number, border: RowAt, count: number): void {
    const { rows, i } = border
    this.borders ??= new RowsBuilder(rows.to !== undefined)
    const v = this.shortened(rows.v[i] as Value)
    this.borders.push(rows.e[i] as number, rows.a[i] as number, v, rows.tx[i] as number, rows.to?.[i])
    this.ids.push(id)
    this.count += count
    this.ends.push(this.count)
  }

  /** The least beginning of a long text that sorts after the row before. */
  private shortened(v: Value): Value {
    if (typeof v !== 'string' || v.length <= LONG) return v
    if (this.ids.length === 0) return v.slice(0, LONG)
    const before = this.last?.rows.v[this.last.i]
    if (typeof before !== 'string') return v
    let same = 0
    while (same < v.length && v.charCodeAt(same) === before.charCodeAt(same)) same++
    return v.slice(0, Math.max(LONG, same + 1))
  }
}
