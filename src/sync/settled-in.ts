import type { Settled } from '../api/report.ts'
import { AnnalsError } from '../base/errors.ts'
import { Builtin } from '../datom/builtin.ts'
import { tOfTx } from '../datom/ids.ts'
import { readValue } from '../datom/read-value.ts'
import { entityWith } from '../db/entity.ts'
import type { RejectedBody } from './rejected-body.ts'
import { confirmedAt, type ReplicaState } from './replica-state.ts'

/** How a transaction ended, as `state` knows; undefined while it waits. Throws `log/unknown-transaction`. */
export async function settledIn(
  { entries, rejected, confirmed }: ReplicaState,
  txid: string,
): Promise<Settled | undefined> {
  const entry = entries.findLast((p) => p.txid === txid) // it is most often the newest that is asked for
  if (entry !== undefined) return entry.t === undefined ? undefined : confirmedAt(entry.t)
  const refused = rejected.get(txid)
  if (refused !== undefined) return refusedAs(refused)
  const tx = await entityWith(confirmed, Builtin.txId, readValue('uuid', txid, ':tx/id'))
  if (tx !== undefined) return confirmedAt(tOfTx(tx))
  throw new AnnalsError('log/unknown-transaction', `there is no transaction with the id ${txid}`, { id: txid })
}

export const refusedAs = ({ code, message, facts }: RejectedBody): Settled => ({
  status: 'rejected',
  code,
  message,
  facts,
})
