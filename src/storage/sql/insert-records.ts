import type { Transaction } from 'kysely'
import type { LogRow } from '../port.ts'
import type { Tables } from './tables.ts'

/** One statement. */
export const insertRecords = (tx: Transaction<Tables>, db: string, rows: readonly LogRow[]) =>
  tx.insertInto('annals_log').values(rows.map(({ t, txid, body, hash }) => ({ db, t, txid, body, hash })))
