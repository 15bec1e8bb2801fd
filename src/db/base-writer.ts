import type { Value } from '../datom/value.ts'
import type { Base } from './base.ts'
import { borderBetween } from './border.ts'
import type { Order } from './index-order.ts'
import { type LargeRows, largeRow } from './large-rows.ts'
import { concatRows, type RowAt, type Rows, RowsBuilder, sliceRows } from './rows.ts'
import { cutRows } from './segment/cut-rows.ts'
import { isLarge } from './segment/large.ts'
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

type Piece = ReturnType<typeof cutRows>[number]

/** Rows that are cut at a time. */
const SLICE = 8192
/** A last segment that is smaller is joined with what follows, unless it holds many rows. Bytes. */
const SMALL = 8 * 1024

/** Puts the segments of one index together, in its order. */
export class BaseWriter {
  readonly #ids: number[] = []
  readonly #ends: number[] = []
  #borders: RowsBuilder | undefined
  #count = 0
  /** Rows that are not in a segment yet, and what may stand as their border. */
  #held: Rows | undefined
  #heldBorder: RowAt | undefined
  /** The row before the held ones; undefined where that is not known. */
  #last: RowAt | undefined

  constructor(
    private readonly order: Order,
    private readonly sink: SegmentSink,
    private readonly large: LargeRows,
  ) {}

  /** `rows` come next. `border` sorts after everything before them, and before all of them unless they are the first. */
  async add(rows: Rows, border?: RowAt): Promise<void> {
    if (rows.length === 0) return
    if (this.#held === undefined) this.#heldBorder = border
    const all = this.#held === undefined ? rows : concatRows([this.#held, rows], this.#held.length + rows.length)
    let at = 0
    for (; all.length - at >= 2 * SLICE; at += SLICE) {
      const slice = sliceRows(all, at, at + SLICE)
      await this.#put(slice, this.#cut(slice))
    }
    this.#held = sliceRows(all, at, all.length)
  }

  /** Segment `id` comes next, as it is; false when what is held is too small to stand alone and wants its rows instead. */
  async keep(id: number, border: RowAt, count: number): Promise<boolean> {
    const held = this.#held
    if (held !== undefined) {
      const pieces = this.#cut(held)
      // a single row, large as a rule, would be read only to be cut off again
      if (count > 1 && this.#isSmall(pieces.at(-1) as Piece)) return false
      await this.#put(held, pieces)
    }
    this.#name(id, this.#last === undefined ? border : borderBetween(this.order, this.#last, border), count)
    this.#last = undefined
    return true
  }

  /** Segment `id` holds `rows` already: where that is one large row, it is not written again. */
  recall(id: number, rows: Rows): void {
    this.#idOf(rows, 0, rows.length, () => id)
  }

  /** What was written; undefined for nothing. `ofAttribute`: rows of each attribute, where that is known. */
  async done(ofAttribute: ReadonlyMap<number, number> | undefined): Promise<Base | undefined> {
    if (this.#held !== undefined) await this.#put(this.#held, this.#cut(this.#held))
    if (this.#borders === undefined) return undefined
    return {
      source: this.sink.source,
      ids: this.#ids,
      borders: this.#borders.done(),
      ends: Int32Array.from(this.#ends),
      ofAttribute,
    }
  }

  #cut(rows: Rows): readonly Piece[] {
    return cutRows(this.order, rows, this.sink.maxRows)
  }

  #isSmall({ lo, hi, bytes }: Piece): boolean {
    return bytes.length < SMALL && (hi - lo) * 4 < this.sink.maxRows
  }

  /** Nothing is held afterwards. */
  async #put(rows: Rows, pieces: readonly Piece[]): Promise<void> {
    this.#held = undefined
    for (const { lo, hi, bytes } of pieces) {
      const row = { rows, i: lo }
      const known = this.#ids.length === 0 ? undefined : this.#heldBorder
      const border = known ?? borderBetween(this.order, this.#last, row)
      const id = this.#idOf(rows, lo, hi, () => this.sink.write(bytes))
      this.#name(id, border, hi - lo)
      this.#heldBorder = undefined
      this.#last = { rows, i: hi - 1 }
    }
    await this.sink.breathe()
  }

  /** The segment of the rows `lo ..< hi`: what `made` answers, unless they are one large row that lies in one already. */
  #idOf(rows: Rows, lo: number, hi: number, made: () => number): number {
    return hi - lo === 1 && isLarge(rows.v[lo]) ? largeRow(this.large, { rows, i: lo }, made) : made()
  }

  #name(id: number, border: RowAt, count: number): void {
    const { rows, i } = border
    this.#borders ??= new RowsBuilder(rows.to !== undefined)
    this.#borders.push(rows.e[i] as number, rows.a[i] as number, rows.v[i] as Value, rows.tx[i] as number, rows.to?.[i])
    this.#ids.push(id)
    this.#count += count
    this.#ends.push(this.#count)
  }
}
