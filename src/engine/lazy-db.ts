import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Db } from '../db/db.ts'

/** A database value that is made when somebody first asks for it: most of those between two transactions of a group never are. */
export class LazyDb {
  #made: MaybePromise<Db> | undefined

  constructor(
    readonly basisT: number,
    /** The newest transaction in it. */
    readonly lastTx: number,
    private make: () => MaybePromise<Db>,
  ) {}

  get value(): MaybePromise<Db> {
    this.#made ??= this.#begin()
    return this.#made
  }

  /** What it is made of is held until it is made. Where that fails, whoever asks next tries again. */
  #begin(): MaybePromise<Db> {
    const made = this.make()
    const keep = (db: Db): Db => {
      this.make = () => db
      return db
    }
    if (!(made instanceof Promise)) return keep(made)
    return made.then(keep, (e: unknown) => {
      this.#made = undefined
      throw e
    })
  }
}
