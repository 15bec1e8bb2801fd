import { AnnalsError } from '../base/errors.ts'
import { txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import type { ConfirmedHead, LogRow } from '../storage/port.ts'
import { applyInTurn } from './apply-in-turn.ts'
import { chainHash, decodeRecord, type LogRecord } from './record.ts'

/** Datoms that go into the indexes together, as soon as there are so many. */
const MANY = 2 ** 16

/**
 * Folds rows into `db`, checking that they follow each other and that the hash chain holds; `seen` is told of each, and of a
 * value that has it. They go into the indexes many at a time: one by one they would copy the same leaves again and again.
 */
export async function applyRows(
  db: Db,
  head: ConfirmedHead,
  rows: readonly LogRow[],
  seen?: (record: LogRecord, db: Db) => void,
): Promise<{ db: Db; head: ConfirmedHead }> {
  let now = db
  let { hash, t } = head
  let waiting: LogRecord[] = []
  let datoms = 0
  const apply = async (): Promise<void> => {
    const group = waiting.map((record) => ({ tx: txOfT(record.t), data: record.data }))
    now = await applyInTurn(now, group, t)
    for (const record of waiting) seen?.(record, now)
    waiting = []
    datoms = 0
  }
  for (const row of rows) {
    checkHash(hash, row)
    const record = decodeRecord(row)
    checkNext(now.basisT + waiting.length, record)
    waiting.push(record)
    datoms += record.data.length
    hash = row.hash
    t = row.t
    if (datoms >= MANY) await apply()
  }
  if (waiting.length > 0) await apply()
  return { db: now, head: { t, hash } }
}

function checkNext(t: number, record: LogRecord): void {
  if (record.t === t + 1) return
  throw new AnnalsError('storage/corrupt', `the log goes from t ${t} to ${record.t}: a transaction is missing`, {
    t: record.t,
    expected: t + 1,
  })
}

function checkHash(previous: string, { t, txid, body, hash }: LogRow): void {
  if (chainHash(previous, t, txid, body) === hash) return
  throw new AnnalsError(
    'storage/corrupt',
    `the log record ${t} does not carry the hash it should: it was changed or damaged`,
    { t },
  )
}
