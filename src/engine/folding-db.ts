import type { Schema } from '../datom/schema.ts'
import type { TxData } from '../datom/tx-data.ts'
import { applyTxs, type DecidedTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'

/** Facts that wait, at most: putting them in keeps others waiting for some milliseconds. */
const MOST = 4096

/**
 * A value into which transactions go that were decided before. To put each into the indexes by itself would copy the same leaves
 * again and again; so they wait for each other as long as none ends a fact of another, and go in together.
 */
export class FoldingDb {
  private waiting: DecidedTx[] = []
  private basisT: number
  /** Entities that those that wait speak of, and how many facts they are. */
  private readonly said = new Set<number>()
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
    if (this.facts + data.length > MOST || endsOneOf(data, this.said)) await this.whole()
    this.waiting.push(tx)
    this.basisT = basisT
    this.facts += data.length
    for (const e of data.e) this.said.add(e)
    if (data.a.some(isSchemaAttribute)) await this.whole()
  }

  /** The value with everything in it that was added. */
  async whole(): Promise<Db> {
    if (this.waiting.length === 0) return this.db
    this.db = await applyTxs(this.db, this.waiting, this.basisT)
    this.waiting = []
    this.said.clear()
    this.facts = 0
    return this.db
  }
}

const endsOneOf = ({ added, e }: TxData, entities: ReadonlySet<number>): boolean =>
  added.some((assertion, i) => assertion === 0 && entities.has(e[i] as number))
