import type { Value } from '../datom/value.ts'

/**
 * A run of facts in index order, as parallel columns of which the rows `start ..< end` count (a leaf is lent whole, never
 * copied): what every reader of a database works on. The arrays belong to the database and must not be written.
 */
export interface Batch {
  readonly start: number
  readonly end: number
  readonly e: Int32Array
  readonly a: Int32Array
  readonly v: readonly Value[]
  readonly tx: Int32Array
  /** In a history view 1 for an assertion, 0 for a retraction; undefined when all are assertions. */
  readonly added: Uint8Array | undefined
}

/**
 * A range of one index, ready to be read. Ask several scans to load first (their reads are then issued together), await
 * what is pending, and loop synchronously over the batches.
 */
export interface Scan {
  /**
   * How many rows. Once loaded exact for the present and an upper bound for a time view. Before, a guess where segments would
   * have to be read, and then 0 only if there are none. Reads nothing.
   */
  readonly count: number
  /** Whether the rows lie in memory as they are, so that `batches()` costs no more than lending their leaves. */
  readonly isLent: boolean
  /** undefined when everything needed is in memory; otherwise a promise that resolves when it is. */
  load(): Promise<void> | undefined
  /** The rows, in index order. Requires: `load()` has returned undefined or resolved. */
  batches(): readonly Batch[]
}
