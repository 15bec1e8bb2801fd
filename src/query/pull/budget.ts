import type { Edn } from '../../datom/atoms.ts'
import type { Flow } from '../flow.ts'
import { Limits, MAX_PULLED } from '../limits.ts'

/** What one pull may still spend. */
export class Budget {
  #rows = 0

  /** `form` is where it stands in a query. Throws `query/timeout` or `query/aborted`. */
  constructor(
    private readonly limits = new Limits(),
    private readonly form?: Edn,
  ) {
    limits.checkTime(form)
  }

  /** Throws `query/too-many-rows`. */
  spend(rows: number): void {
    this.#rows += rows
    this.limits.checkRows(this.#rows, this.form, MAX_PULLED)
  }

  /** A look at the clock, and where an abort could come and much time has passed, a pause in which it can. */
  *breathe(): Flow<void> {
    this.limits.checkTime(this.form)
    const pause = this.limits.pause()
    if (pause === undefined) return
    yield pause
    this.limits.checkTime(this.form)
  }
}
