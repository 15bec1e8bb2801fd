import type { ExciseOptions, ExciseReport } from '../api/connection.ts'
import type { EntityRef } from '../api/db.ts'
import { AnnalsError } from '../base/errors.ts'
import { randomUuid } from '../base/random-uuid.ts'
import { planExcision } from '../engine/plan-excision.ts'
import { txForms } from '../transact/tx-forms.ts'
import { encodeIntent } from './intent.ts'
import { ownForms } from './own-forms.ts'
import { type Excise, type ExciseAnswer, PROTOCOL } from './protocol.ts'
import type { ReplicaState } from './replica-state.ts'

/** Asks the remote to take facts out of its log. Throws what it refuses with, and what is wrong with the request. */
export async function askExcision(
  { view, head, meta }: ReplicaState,
  now: number,
  target: EntityRef,
  options: ExciseOptions,
  ask: (message: Excise) => Promise<ExciseAnswer>,
): Promise<ExciseReport> {
  const { excision } = await planExcision(view, target, options)
  const { attrs, txData = [] } = options
  const txid = randomUuid()
  const answer = await ask({
    protocol: PROTOCOL,
    replica: meta.replica,
    txid,
    instant: Math.trunc(now),
    basis: head.t,
    target: excision.target,
    ...(attrs && { attrs }),
    ...(excision.before !== undefined && { before: excision.before }),
    intent: encodeIntent(ownForms(txForms(txData))),
  })
  if (answer.status === 'rejected') throw new AnnalsError(answer.code, answer.message, answer.facts)
  return { id: txid, t: answer.t, removed: answer.removed }
}
