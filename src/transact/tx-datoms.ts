import { type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import { type Db, wholeHistory } from '../db/db.ts'
import { loadAll } from '../db/load.ts'
import { scan } from '../db/view.ts'

/** The datoms of transaction `tx`, found by reading all of history: for where the log is not at hand. */
export async function txDatoms(db: Db, tx: number): Promise<TxData> {
  const out = new TxDataBuilder()
  const all = scan(wholeHistory(db), 'eavt', {})
  await loadAll([all])
  for (const b of all.batches()) {
    for (let i = b.start; i < b.end; i++) {
      if (b.tx[i] !== tx) continue
      out.push(b.e[i] as number, b.a[i] as number, b.v[i] as Value, b.added?.[i] === 0 ? 0 : 1)
    }
  }
  return out
}
