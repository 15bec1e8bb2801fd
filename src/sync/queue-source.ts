import { kw } from '../datom/atoms.ts'
import { Builtin } from '../datom/builtin.ts'
import { instantValue, readValue } from '../datom/read-value.ts'
import { type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { EngineValue } from '../query/read-input.ts'
import { isInView, pendingTx } from './pending.ts'
import type { ReplicaState } from './replica-state.ts'

type Queue = Pick<ReplicaState, 'entries' | 'rejected'>
type Row = readonly [id: string, status: object, code: object, e: number, a: object, v: EngineValue, added: boolean]

/**
 * `db` with the source `$queue`: a tuple [id status code e a v added] for each fact that a pending or refused transaction says,
 * or said when it could last be made here; at least for its `:tx/id` and `:tx/deviceInstant`. Made when a query first asks.
 */
export function withQueue(db: Db, queue: () => Queue): Db {
  let rows: readonly Row[] | undefined
  return {
    ...db,
    queue: () => {
      rows ??= rowsOf(queue(), db)
      return rows
    },
  }
}

function rowsOf({ entries, rejected }: Queue, db: Db): Row[] {
  const out: Row[] = []
  for (const { seq, txid, body } of entries.filter(isInView)) {
    const [status, code] = body.conflict === undefined ? ['pending', 'none'] : ['conflict', body.conflict.code]
    const data = body.predicted ?? itself(pendingTx(seq), txid, body.instant)
    addRows(out, [txid, kw(status), kw(code)], data, db)
  }
  for (const [txid, { code, tx = 0, instant, predicted }] of rejected) {
    addRows(out, [txid, kw('rejected'), kw(code)], predicted ?? itself(tx, txid, instant), db)
  }
  return out
}

function addRows(
  out: Row[],
  about: readonly [string, object, object],
  { length, e, a, v, added }: TxData,
  db: Db,
): void {
  for (let i = 0; i < length; i++) {
    const ident = kw(db.schema.identOf.get(a[i] as number) ?? `attribute/${a[i]}`)
    out.push([...about, e[i] as number, ident, new EngineValue(v[i] as Value), added[i] === 1])
  }
}

/** What is known of a transaction of which nothing else is. */
function itself(tx: number, txid: string, instant: number): TxData {
  const data = new TxDataBuilder()
  data.push(tx, Builtin.txId, readValue('uuid', txid, ':tx/id'), 1)
  data.push(tx, Builtin.txDeviceInstant, instantValue(instant), 1)
  return data
}
