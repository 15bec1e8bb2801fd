import { AnnalsError } from '../base/errors.ts'
import type { Edn } from '../datom/atoms.ts'
import { showForm } from './malformed.ts'

export interface QueryOptions {
  /** Aborting it rejects the query with `query/aborted`, at the latest between two steps. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the query is given up with `query/timeout`; none when absent. */
  readonly timeout?: number | undefined
  /** Rows that a step of the query may make before it is given up with `query/too-many-rows`; {@link MAX_ROWS} when absent. */
  readonly maxRows?: number | undefined
}

/** Enough for every honest question in memory, few enough to stop a cross product before the memory is gone. */
export const MAX_ROWS = 10_000_000

/** A query that can be aborted lets others run after so many milliseconds. */
const SLICE_MS = 10

/** Watches over one run: rows made, time, the caller's signal. */
export class Limits {
  readonly maxRows: number
  private readonly signal: AbortSignal | undefined
  private readonly deadline: number
  private readonly timeout: number | undefined
  private sliceEnd: number

  constructor(options: QueryOptions | undefined) {
    this.maxRows = options?.maxRows ?? MAX_ROWS
    this.signal = options?.signal
    this.timeout = options?.timeout
    this.deadline = this.timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + this.timeout
    this.sliceEnd = this.signal === undefined ? 0 : performance.now() + SLICE_MS
    if (!(this.maxRows >= 0) || (this.timeout !== undefined && !(this.timeout >= 0))) {
      throw new TypeError('timeout and maxRows are numbers from 0')
    }
  }

  /** Called between steps and, in long loops, every few thousand rows. */
  checkTime(form: Edn): void {
    if (this.signal?.aborted === true) {
      throw new AnnalsError('query/aborted', 'the query was aborted', {}, { cause: this.signal.reason })
    }
    if (this.timeout === undefined || performance.now() <= this.deadline) return
    const clause = showForm(form)
    throw new AnnalsError('query/timeout', `the query took longer than ${this.timeout} ms; it was at ${clause}`, {
      timeout: this.timeout,
      clause,
    })
  }

  checkRows(rows: number, form: Edn): void {
    if (rows <= this.maxRows) return
    const clause = showForm(form)
    throw new AnnalsError(
      'query/too-many-rows',
      `${clause} makes more than ${this.maxRows} rows; join it with more, or raise maxRows`,
      { maxRows: this.maxRows, clause },
    )
  }

  /** A pause to wait for, when others should run so that an abort can arrive; usually undefined. */
  pause(): Promise<void> | undefined {
    if (this.signal === undefined || performance.now() < this.sliceEnd) return undefined
    return new Promise((resume) =>
      setTimeout(() => {
        this.sliceEnd = performance.now() + SLICE_MS
        resume()
      }, 0),
    )
  }
}
