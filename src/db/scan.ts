import type { Values } from './values.ts'

/**
 * A run of facts in index order, as parallel columns of which the rows `start ..< end` count (a leaf is lent whole, never
 * copied): what every reader of a database works on. The arrays belong to the database and must not be written.
 */
export interface Batch {
  readonly start: number
  readonly end: number
  readonly e: Int32Array
  readonly a: Int32Array
  readonly v: Values
  readonly tx: Int32Array
  /** In a history view 1 for an assertion, 0 for a retraction; undefined when all are assertions. */
  readonly added: Uint8Array | undefined
}

/**
 * Where the rows of a range are: `lent`, in memory as they are, so that reading them costs no more than their leaves; `merged`,
 * in memory, to be put together row by row; `stored`, at least in part in segments that have to be fetched.
 */
export type Whereabouts = 'lent' | 'merged' | 'stored'

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
  readonly whereabouts: Whereabouts
  /** undefined when everything needed is in memory; otherwise a promise that resolves when it is. */
  load(): Promise<void> | undefined
  /** The rows, in index order. Requires: `load()` has returned undefined or resolved. */
  batches(): readonly Batch[]
}
