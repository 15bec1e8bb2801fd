import { Builtin } from '../datom/builtin.ts'
import { txOfT } from '../datom/ids.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { LogRecord } from '../engine/record.ts'
import { type Pending, pendingTx } from './pending.ts'

/** What the server knows better: the same transaction may differ in these. */
const STAMPED: ReadonlySet<number> = new Set([
  Builtin.txInstant,
  Builtin.txId,
  Builtin.txBasis,
  Builtin.txReplica,
  Builtin.txUser,
  Builtin.txDeviceInstant,
  Builtin.txRetryOf,
])

/** Whether the log says exactly what the replica had predicted, so that nothing that was built on it needs to run again. */
export function isTwin(record: LogRecord, { seq, body }: Pending): boolean {
  if (body.predicted === undefined || record.aliases.size > 0) return false
  const said = facts(record.data, txOfT(record.t))
  const foreseen = facts(body.predicted, pendingTx(seq))
  return sameRows(said, foreseen) && sameRows(increments(record.data), increments(body.predicted))
}

const sameRows = (x: readonly (readonly unknown[])[], y: readonly (readonly unknown[])[]): boolean =>
  x.length === y.length && x.every((row, i) => row.every((part, k) => part === y[i]?.[k]))

const increments = (data: TxData): readonly (readonly unknown[])[] =>
  data.increments.map(({ e, a, delta, of }) => [e, a, delta, of?.tx, of?.exact])

/** The facts without stamps; the transaction's own entity is -1. */
function facts(data: TxData, tx: number): (readonly unknown[])[] {
  const out: (readonly unknown[])[] = []
  for (let i = 0; i < data.length; i++) {
    const own = data.e[i] === tx
    if (own && STAMPED.has(data.a[i] as number)) continue
    const v = data.v[i]
    out.push([own ? -1 : data.e[i], data.a[i], v === tx ? -1 : v, data.added[i]])
  }
  return out
}

/** Whether what `entry` predicts mentions one of these transaction entities, which are about to get others. */
export function mentions({ body }: Pending, txs: ReadonlySet<number>): boolean {
  if (body.txs.size > 0) return true
  const { predicted } = body
  if (predicted === undefined) return false
  return predicted.e.some((e) => txs.has(e)) || predicted.v.some((v) => typeof v === 'number' && txs.has(v))
}
