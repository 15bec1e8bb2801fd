import type { Rows } from './rows.ts'
import type { SegmentSource } from './segment-source.ts'

/** The segments of one index: immutable runs of rows in storage, one after the other. At least one. */
export interface Base {
  readonly source: SegmentSource
  /** By place. */
  readonly ids: readonly number[]
  /**
   * For each segment a row that sorts before all of its others or equals the first, and after everything in the segments before
   * (long values are cut short where that still tells them apart).
   */
  readonly borders: Rows
  /** `ends[i]`: rows in the segments `0..i`. */
  readonly ends: Int32Array
  /** Rows of each attribute; in AEVT only, present and past. */
  readonly ofAttribute: ReadonlyMap<number, number> | undefined
}

export const countBase = (base: Base): number => base.ends[base.ends.length - 1] as number

/** Rows in segment `i`. */
export const segmentCount = ({ ends }: Base, i: number): number =>
  (ends[i] as number) - (i === 0 ? 0 : (ends[i - 1] as number))
