import type { LogEntry } from '../api/report.ts'
import { txOfT } from '../datom/ids.ts'
import type { Ledger } from './ledger.ts'
import { decodeRecord } from './record.ts'
import { showTxData } from './show-datoms.ts'

/** Rows read at a time. */
const PAGE = 200

/**
 * Confirmed transactions `from ..= to` in order. With `live` it goes on with what comes, without a gap, until the reader stops.
 */
export async function* readLog(
  ledger: Ledger,
  range: { readonly from?: number; readonly to?: number; readonly live?: boolean },
): AsyncGenerator<LogEntry> {
  const to = range.to ?? Number.POSITIVE_INFINITY
  let next = Math.max(1, range.from ?? 1)
  for (;;) {
    const rows = next > to ? [] : await ledger.readLog(next, Math.min(PAGE, to - next + 1))
    for (const row of rows) {
      const { t, txid, instant, data } = decodeRecord(row)
      const tx = txOfT(t)
      yield { t, tx, id: txid, instant: new Date(instant), datoms: showTxData(tx, data) }
      next = t + 1
    }
    if (rows.length > 0) continue
    if (!range.live || next > to) return
    await changeAfter(ledger, next - 1)
  }
}

/** Resolves when the ledger's basis lies beyond `t`. */
function changeAfter(ledger: Ledger, t: number): Promise<void> {
  if (ledger.db.basisT > t) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = ledger.onChange(({ db }) => {
      if (db.basisT <= t) return
      stop()
      resolve()
    })
  })
}
