import { checkOptionNames } from '../base/check-option-names.ts'
import { AnnalsError } from '../base/errors.ts'
import type { Edn } from '../datom/atoms.ts'
import { showForm } from './malformed.ts'

export interface QueryOptions {
  /** Aborting it rejects the query with `query/aborted`, at the latest between two steps. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the query is given up with `query/timeout`; none when absent. */
  readonly timeout?: number | undefined
  /**
   * Rows that a step of the query may make, and facts and entities that a pull may show, before it is given up with
   * `query/too-many-rows`; {@link MAX_ROWS} and {@link MAX_PULLED} when absent.
   */
  readonly maxRows?: number | undefined
}
const OPTIONS = ['signal', 'timeout', 'maxRows']

/** Enough for every honest question in memory, few enough to stop a cross product before the memory is gone. */
export const MAX_ROWS = 10_000_000

/** Without a bound, a recursion over a dense graph would fill the memory: it follows every path. */
export const MAX_PULLED = 5_000_000

/** What can be aborted lets others run after so many milliseconds. */
const SLICE_MS = 10

/** Throws `db/bad-option` for options of another name or kind. */
export function checkOptions(what: 'query' | 'pull', options: QueryOptions): void {
  const call = `the options of a ${what}`
  checkOptionNames(call, options, OPTIONS, 'db/bad-option')
  const { signal, timeout, maxRows } = options
  if (isAmount(timeout) && isAmount(maxRows) && (signal === undefined || typeof signal?.aborted === 'boolean')) return
  throw new AnnalsError('db/bad-option', `${call}: timeout and maxRows want numbers from 0, signal an AbortSignal`)
}
const isAmount = (n: unknown): boolean => n === undefined || (typeof n === 'number' && n >= 0)

/** Watches over one query or one pull: rows made, time, the caller's signal. */
export class Limits {
  private readonly maxRows: number | undefined
  private readonly signal: AbortSignal | undefined
  private readonly deadline: number
  private readonly timeout: number | undefined
  private sliceEnd: number

  /** Throws what {@link checkOptions} throws. */
  constructor(
    private readonly what: 'query' | 'pull',
    options: QueryOptions = {},
  ) {
    checkOptions(what, options)
    const { signal, timeout, maxRows } = options
    this.maxRows = maxRows
    this.signal = signal
    this.timeout = timeout
    this.deadline = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout
    this.sliceEnd = signal === undefined ? 0 : performance.now() + SLICE_MS
  }

  /** Called between steps and, in long loops, every few thousand rows. `form` is where the query is. */
  checkTime(form?: Edn): void {
    if (this.signal?.aborted === true) {
      throw new AnnalsError('query/aborted', `the ${this.what} was aborted`, {}, { cause: this.signal.reason })
    }
    if (this.timeout === undefined || performance.now() <= this.deadline) return
    const said = `the ${this.what} took longer than ${this.timeout} ms`
    const at = form === undefined ? {} : { clause: showForm(form) }
    throw new AnnalsError('query/timeout', form === undefined ? said : `${said}; it was at ${at.clause}`, {
      timeout: this.timeout,
      ...at,
    })
  }

  checkRows(rows: number, form: Edn): void {
    const maxRows = this.maxRows ?? MAX_ROWS
    if (rows <= maxRows) return
    const clause = showForm(form)
    throw new AnnalsError(
      'query/too-many-rows',
      `${clause} makes more than ${maxRows} rows; join it with more, or raise maxRows`,
      { maxRows, clause },
    )
  }

  checkPulled(rows: number): void {
    const maxRows = this.maxRows ?? MAX_PULLED
    if (rows <= maxRows) return
    const said = `the pull takes more than ${maxRows} facts; bound its recursion or its limits, or raise maxRows`
    throw new AnnalsError('query/too-many-rows', said, { maxRows })
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
