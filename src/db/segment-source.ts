import type { Rows } from './rows.ts'

/** Where a database value gets the rows of its segments from. */
export interface SegmentSource {
  /** How many segments were fetched so far. */
  readonly reads: number
  /** The rows of a segment that is in memory; undefined otherwise. */
  peek(id: number): Rows | undefined
  /**
   * The rows of all of `ids`, in their order; what is asked for in one turn is read together. Rejects with `db/gone` when one
   * was deleted, with `storage/corrupt` when its bytes are damaged, and with what the storage says.
   */
  load(ids: readonly number[]): Promise<readonly Rows[]>
}
