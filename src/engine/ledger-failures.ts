import { type AnnalsError, toAnnalsError } from '../base/errors.ts'
import { Listeners } from '../base/listeners.ts'

/** What fails in a ledger without anybody awaiting it. */
export class LedgerFailures {
  readonly #listeners = new Listeners<AnnalsError>()
  /** What was found damaged when the database was opened: told to whoever listens later. */
  damage: AnnalsError | undefined

  readonly on = (listener: (error: AnnalsError) => void): (() => void) => {
    if (this.damage !== undefined) listener(this.damage)
    return this.#listeners.add(listener)
  }

  tell(e: unknown): void {
    this.#listeners.call(toAnnalsError(e))
  }
}
