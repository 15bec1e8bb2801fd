import { AnnalsError } from '../../base/errors.ts'
import type { Flow } from '../flow.ts'
import type { QueryOptions } from '../limits.ts'

/** `maxRows` counts the facts and entities of the answer; default {@link DEFAULT_MAX_ROWS}. */
export interface PullOptions extends QueryOptions {
  /**
   * Whether every id comes from a fact of this database, as the rows of a query do. Then nothing is asked about an entity
   * whose answer holds no fact, and it is shown as it is, as Datomic does: `{ 'db/id': n }`.
   */
  readonly known?: boolean | undefined
}

/** Without a bound, a recursion over a dense graph would fill the memory: it follows every path. */
export const DEFAULT_MAX_ROWS = 5_000_000

/** A pull that can be aborted lets others run after so many milliseconds. */
const SLICE_MS = 10

/** What one pull may still spend. */
export class Budget {
  private rows = 0
  private readonly maxRows: number
  private readonly start: number
  private sliceEnd: number

  /** Throws a TypeError for a `timeout` or `maxRows` that is no number from 0, and `query/aborted`. */
  constructor(private readonly options: PullOptions) {
    const { timeout, signal } = options
    this.maxRows = options.maxRows ?? DEFAULT_MAX_ROWS
    if (!(this.maxRows >= 0) || (timeout !== undefined && !(timeout >= 0))) {
      throw new TypeError('timeout and maxRows are numbers from 0')
    }
    this.start = timeout === undefined && signal === undefined ? 0 : performance.now()
    this.sliceEnd = this.start + SLICE_MS
    this.look()
  }

  /** Throws `query/too-many-rows`. */
  spend(rows: number): void {
    this.rows += rows
    if (this.rows <= this.maxRows) return
    const said = `the pull takes more than ${this.maxRows} facts; bound its recursion or its limits, or raise maxRows`
    throw new AnnalsError('query/too-many-rows', said, { maxRows: this.maxRows })
  }

  /** Throws `query/timeout` or `query/aborted`. */
  look(): void {
    const { signal, timeout } = this.options
    if (signal?.aborted === true) {
      throw new AnnalsError('query/aborted', 'the pull was aborted', {}, { cause: signal.reason })
    }
    if (timeout === undefined || performance.now() - this.start <= timeout) return
    throw new AnnalsError('query/timeout', `the pull took longer than ${timeout} ms`, { timeout })
  }

  /** A look, and where an abort could come and much time has passed, a pause in which it can. */
  *breathe(): Flow<void> {
    this.look()
    if (this.options.signal === undefined || performance.now() < this.sliceEnd) return
    yield new Promise<void>((resume) => setTimeout(resume, 0))
    this.sliceEnd = performance.now() + SLICE_MS
    this.look()
  }
}
