import { applyTxs, type DecidedTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'

/**
 * `db` with transactions in it, of which any may speak of the schema: that decides how those after it are indexed. Throws
 * `storage/corrupt` when something is retracted that does not hold.
 */
export async function applyInTurn(db: Db, txs: readonly DecidedTx[], basisT: number): Promise<Db> {
  let now = db
  let start = 0
  for (const [i, { data }] of txs.entries()) {
    if (i + 1 < txs.length && !data.a.some(isSchemaAttribute)) continue
    now = await applyTxs(now, txs.slice(start, i + 1), basisT)
    start = i + 1
  }
  return now
}
