import type { Schema } from '../datom/schema.ts'
import { applyTxs, type DecidedTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'

/** So many facts do not wait for more: putting them in keeps others waiting for some milliseconds. */
const MANY = 4096

/**
 * A value into which transactions go that were decided before. To put each into the indexes by itself would copy the same leaves
 * again and again; so they wait for each other, as long as none speaks of schema, and go in together.
 */
export class FoldingDb {
  private waiting: DecidedTx[] = []
  private basisT: number
  private facts = 0

  constructor(private db: Db) {
    this.basisT = db.basisT
  }

  /** As it is with everything that was added. */
  get schema(): Schema {
    return this.db.schema
  }

  /** Throws `storage/corrupt`, perhaps later, when a retraction ends nothing. */
  async add(tx: DecidedTx, basisT: number): Promise<void> {
    const { data } = tx
    this.waiting.push(tx)
    this.basisT = basisT
    this.facts += data.length
    // what it says of schema decides how those after it are indexed
    if (this.facts >= MANY || data.a.some(isSchemaAttribute)) await this.whole()
  }

  /** The value with everything in it that was added. */
  async whole(): Promise<Db> {
    if (this.waiting.length === 0) return this.db
    this.db = await applyTxs(this.db, this.waiting, this.basisT)
    this.waiting = []
    this.facts = 0
    return this.db
  }
}
