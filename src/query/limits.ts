import { checkQueryOptions } from '../base/check-query-options.ts'
import { AnnalsError } from '../base/errors.ts'
import type { Edn } from '../datom/atoms.ts'
import { showForm } from './malformed.ts'

export interface QueryOptions {
  /** Aborting it rejects the query with `query/aborted`, at the latest between two steps. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which the query is given up with `query/timeout`; {@link MAX_MS} when absent. */
  readonly timeout?: number | undefined
  /**
   * Rows that a step of the query may make, and facts and entities that a pull may show, before it is given up with
   * `query/too-many-rows`; {@link MAX_ROWS} and {@link MAX_PULLED} when absent.
   */
  readonly maxRows?: number | undefined
}

/** Enough for every honest question in memory, few enough to stop a cross product before the memory is gone. */
export const MAX_ROWS = 10_000_000

/** As Datomic's client has it: a rule that makes one new value after the other would be long in coming to so many rows. */
export const MAX_MS = 60_000
/** Where no time is given the clock is looked at after so many steps: most queries are done before. */
const STEPS = 64

/** Without a bound, a recursion over a dense graph would fill the memory: it follows every path. */
export const MAX_PULLED = 5_000_000

/** UTF-16 units that functions may give a query: enough for a hundred bytes on millions of rows, and no text doubles for long. */
const MAX_TEXT = 2 ** 28

/** What can be aborted lets others run after so many milliseconds. */
const SLICE_MS = 10

const NO_OPTIONS: QueryOptions = {}

/** Watches over one query or one pull: rows made, time, the caller's signal. `form` is where it is; absent for a pull of its own. */
export class Limits {
  readonly #maxRows: number | undefined
  readonly #signal: AbortSignal | undefined
  readonly #timeout: number | undefined
  /** By `performance.now()`; undefined until the clock was looked at. */
  #deadline: number | undefined
  #steps = 0
  #sliceEnd: number
  #text = 0

  /** Throws what {@link checkQueryOptions} throws. */
  constructor(options: QueryOptions = NO_OPTIONS) {
    if (options !== NO_OPTIONS) checkQueryOptions(options)
    const { signal, timeout, maxRows } = options
    this.#maxRows = maxRows
    this.#signal = signal
    this.#timeout = timeout
    if (timeout !== undefined) this.#deadline = performance.now() + timeout
    this.#sliceEnd = signal === undefined ? 0 : performance.now() + SLICE_MS
  }

  /** Called between steps and, in long loops, every few thousand rows, which count as many `steps`. */
  checkTime(form?: Edn, steps = 1): void {
    if (this.#signal?.aborted === true) {
      throw new AnnalsError('query/aborted', `${shown(form)} was aborted`, {}, { cause: this.#signal.reason })
    }
    this.#steps += steps
    if (this.#timeout === undefined && this.#steps < STEPS) return
    this.#steps = 0
    const [now, timeout] = [performance.now(), this.#timeout ?? MAX_MS]
    this.#deadline ??= now + timeout
    if (now <= this.#deadline) return
    const clause = shown(form)
    const said = `${clause} was not done after ${timeout} ms; join it with more, bound it, or raise timeout`
    throw new AnnalsError('query/timeout', said, { timeout, clause })
  }

  checkRows(rows: number, form?: Edn, most = MAX_ROWS): void {
    const maxRows = this.#maxRows ?? most
    if (rows <= maxRows) return
    const clause = shown(form)
    const said = `${clause} makes more than ${maxRows} rows; join it with more, bound it, or raise maxRows`
    throw new AnnalsError('query/too-many-rows', said, { maxRows, clause })
  }

  /** Counts text that a function of the query gave. */
  countText(length: number, form: Edn): void {
    this.#text += length
    if (this.#text <= MAX_TEXT) return
    const clause = shown(form)
    throw new AnnalsError('query/too-much-text', `${clause} makes more than ${MAX_TEXT} characters`, { clause })
  }

  /** A pause to wait for, when others should run so that an abort can arrive; usually undefined. */
  pause(): Promise<void> | undefined {
    if (this.#signal === undefined || performance.now() < this.#sliceEnd) return undefined
    return new Promise((resume) =>
      setTimeout(() => {
        this.#sliceEnd = performance.now() + SLICE_MS
        resume()
      }, 0),
    )
  }
}

const shown = (form: Edn | undefined): string => (form === undefined ? 'the pull' : showForm(form))
