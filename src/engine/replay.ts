import { AnnalsError } from '../base/errors.ts'
import { txOfT } from '../datom/ids.ts'
import type { Schema } from '../datom/schema.ts'
import type { Db } from '../db/db.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { FoldingDb } from './folding-db.ts'
import { chainHash, decodeRecord, type LogRecord } from './record.ts'

/**
 * Folds rows into `db`, checking that they follow each other and that the hash chain holds. `seen` hears of each record, and the
 * schema with it. Throws `storage/corrupt`.
 */
export async function applyRows(
  db: Db,
  head: ConfirmedHead,
  rows: readonly LogRow[],
  seen?: (record: LogRecord, schema: Schema) => void,
): Promise<{ db: Db; head: ConfirmedHead }> {
  const value = new FoldingDb(db)
  let { hash, t } = head
  for (const row of rows) {
    if (row.t !== t + 1) {
      const facts = { t: row.t, expected: t + 1 }
      throw new AnnalsError('storage/corrupt', `the log goes from t ${t} to ${row.t}: a transaction is missing`, facts)
    }
    if (chainHash(hash, row.t, row.txid, row.body) !== row.hash) {
      const message = `the log record ${row.t} does not carry the hash it should: it was changed or damaged`
      throw new AnnalsError('storage/corrupt', message, { t: row.t })
    }
    const record = decodeRecord(row)
    await value.add({ tx: txOfT(record.t), data: record.data }, record.t)
    seen?.(record, value.schema)
    hash = row.hash
    t = row.t
  }
  return { db: await value.whole(), head: { t, hash } }
}
