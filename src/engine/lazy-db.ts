import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Db } from '../db/db.ts'

/** A database value that is made when somebody first asks for it: most of those between two transactions of a group never are. */
export class LazyDb {
  private made: MaybePromise<Db> | undefined

  constructor(
    readonly basisT: number,
    /** The newest transaction in it. */
    readonly lastTx: number,
    private readonly make: () => MaybePromise<Db>,
  ) {}

  get value(): MaybePromise<Db> {
    this.made ??= this.make()
    return this.made
  }
}
