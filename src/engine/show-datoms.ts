import type { ShownDatom } from '../api/db.ts'
import { showValue } from '../datom/show-value.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'

/** The datoms of transaction `tx` as applications see them. */
export function showTxData(tx: number, data: TxData): ShownDatom[] {
  const out: ShownDatom[] = []
  for (let i = 0; i < data.length; i++) {
    out.push({
      e: data.e[i] as number,
      a: data.a[i] as number,
      v: showValue(data.v[i] as Value),
      tx,
      added: data.added[i] === 1,
    })
  }
  return out
}
