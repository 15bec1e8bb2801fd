import type { LogPage } from '../api/messages.ts'
import type { LogEntry } from '../api/report.ts'
import { txOfT } from '../datom/ids.ts'
import type { LogRow } from '../storage/port.ts'
import type { Ledger } from './ledger.ts'
import { decodeRecord } from './record.ts'
import { showTxData } from './show-datoms.ts'
import { firstT, lastT } from './time-point.ts'

/** One page of the confirmed log. Throws `db/unknown-point`, `log/unknown-transaction`. */
export async function readLog(ledger: Ledger, { from, to, reverse = false, limit }: LogPage): Promise<LogEntry[]> {
  const first = from === undefined ? 1 : Math.max(1, await firstT(ledger.db, from))
  const newest = ledger.db.basisT
  const last = to === undefined ? newest : Math.min(newest, await lastT(ledger.db, to))
  const n = Math.min(limit, last - first + 1)
  if (n <= 0) return []
  const rows = await ledger.readLog(reverse ? last - n + 1 : first, n)
  const entries = rows.map(entryOf)
  return reverse ? entries.reverse() : entries
}

function entryOf(row: LogRow): LogEntry {
  const { t, txid, instant, data } = decodeRecord(row)
  const tx = txOfT(t)
  return { t, tx, id: txid, instant: new Date(instant), datoms: showTxData(tx, data) }
}
