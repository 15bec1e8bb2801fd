import type { Db, ShownDatom } from '../api/db.ts'
import type { WireDb, WireReport } from '../api/messages.ts'
import type { Settled, TxReport } from '../api/report.ts'
import { unpackRows } from './packed-rows.ts'

/** A report as the page shows it. `settled` asks how the transaction ended, when somebody wants to know. */
export function pageReport(wire: WireReport, show: (db: WireDb) => Db, settled: () => Promise<Settled>): TxReport {
  const { id, tx, t, status, tempids } = wire
  let end: Promise<Settled> | undefined
  let datoms: readonly ShownDatom[] | undefined
  return {
    id,
    tx,
    ...(t !== undefined && { t }),
    status,
    tempids,
    get txData() {
      datoms ??= unpackRows(wire.txData) as ShownDatom[]
      return datoms
    },
    dbBefore: show(wire.dbBefore),
    dbAfter: show(wire.dbAfter),
    get settled() {
      end ??= t === undefined ? settled() : Promise.resolve({ status: 'confirmed', t, tx })
      return end
    },
  }
}
