import { AnnalsError } from '../base/errors.ts'
import { txOfT } from '../datom/ids.ts'
import { applyTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { chainHash, decodeRecord, type LogRecord } from './record.ts'

/** `db` with the confirmed transaction `record` in it. Throws `storage/corrupt` when it is not the next one. */
export async function applyRecord(db: Db, record: LogRecord): Promise<Db> {
  if (record.t !== db.basisT + 1) {
    throw new AnnalsError(
      'storage/corrupt',
      `the log goes from t ${db.basisT} to ${record.t}: a transaction is missing`,
      {
        t: record.t,
        expected: db.basisT + 1,
      },
    )
  }
  return applyTx(db, txOfT(record.t), record.data, record.t)
}

/** Folds rows into `db`, checking that they follow each other and that the hash chain holds. */
export async function applyRows(
  db: Db,
  head: ConfirmedHead,
  rows: readonly LogRow[],
  seen?: (record: LogRecord, db: Db) => Db | undefined,
): Promise<{ db: Db; head: ConfirmedHead }> {
  let now = db
  let { hash, t } = head
  for (const row of rows) {
    if (chainHash(hash, row.t, row.txid, row.body) !== row.hash) {
      throw new AnnalsError(
        'storage/corrupt',
        `the log record ${row.t} does not carry the hash it should: it was changed or damaged`,
        {
          t: row.t,
        },
      )
    }
    const record = decodeRecord(row)
    now = await applyRecord(now, record)
    now = seen?.(record, now) ?? now
    hash = row.hash
    t = row.t
  }
  return { db: now, head: { t, hash } }
}
