import type { Rows } from './rows.ts'

/** Where a database value gets the rows of its segments from. */
export interface SegmentSource {
  /** How many segments were fetched so far. */
  readonly reads: number
  /** How often somebody had to wait for segments, whether they were read or only made rows. */
  readonly waits: number
  /** The rows of a segment that is in memory; undefined otherwise. */
  peek(id: number): Rows | undefined
  /**
   * Hands the rows of all of `ids` to `use`, each with its place among them, once and in any order; they need not stay in memory
   * after that. What is asked for in one turn is read together. Rejects with `db/gone` when one was deleted, with `storage/corrupt`
   * when its bytes are damaged, and with what the storage says.
   */
  load(ids: readonly number[], use: (rows: Rows, place: number) => void): Promise<void>
}
