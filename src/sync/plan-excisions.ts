import { isPendingTx, tOfTx } from '../datom/ids.ts'
import { emptyDb } from '../db/empty.ts'
import { type Excision, exciseRows } from '../engine/excision.ts'
import { decodeRecord } from '../engine/record.ts'
import { applyRows } from '../engine/replay.ts'
import type { LogRow } from '../storage/port.ts'
import { withAliases } from './aliases.ts'
import { News, NOTHING } from './footprint.ts'
import { overlay } from './overlay.ts'
import { type Pending, saved, toQueueRow, unsaved } from './pending.ts'
import { rememberCommit } from './plan-identity.ts'
import type { PredictEnv } from './predict.ts'
import { encodeRejectedBody, type RejectedBody } from './rejected-body.ts'
import type { ReplicaMeta } from './replica-meta.ts'
import type { ReplicaState, Step } from './replica-state.ts'

/**
 * Takes out of a replica what was taken out of the remote log: out of its own, `log`, whole; out of what pending transactions
 * were predicted to come to, which are decided anew; and out of what is told of the refused, of whom the data as written stay.
 * `excised`: how many are carried out then.
 */
export async function planExcisions(
  state: ReplicaState,
  log: readonly LogRow[],
  excisions: readonly Excision[],
  excised: number,
  env: PredictEnv,
): Promise<Step<void>> {
  const { meta, claim, head, seq } = state
  const { rows, rewrite } = exciseAll(log, state, excisions)
  const change: Partial<ReplicaMeta> = {
    excised,
    excisions: meta.excisions + 1,
    generation: meta.generation + 1,
    decidedTo: seq,
  }
  const { db } = await applyRows(await emptyDb(), { t: 0, hash: '' }, rows)
  const confirmed = withAliases(db, [...state.confirmed.aliases])
  const datomsOf: PredictEnv['datomsOf'] = async (tx) => {
    const row = isPendingTx(tx) ? undefined : rows[tOfTx(tx) - 1]
    return row && decodeRecord(row).data
  }
  const anew = { ...env, datomsOf, generation: meta.generation + 1 }
  const { view, entries } = await overlay(confirmed, state.entries.map(unpredicted), anew, new News(), () => false)
  const rejected = new Map([...state.rejected].map(([txid, body]) => [txid, untold(body)]))
  return {
    commit: {
      ...rememberCommit(claim, change),
      expect: { claim, seq, t: head.t },
      rewrite,
      requeue: unsaved(entries).map(toQueueRow),
      reject: [...rejected].map(([txid, body]) => ({ txid, body: encodeRejectedBody(body) })),
    },
    next: {
      ...state,
      meta: { ...meta, ...change },
      claim: claim + 1,
      confirmed,
      view,
      entries: saved(entries),
      rejected,
    },
    result: undefined,
  }
}

function exciseAll(log: readonly LogRow[], { confirmed }: ReplicaState, excisions: readonly Excision[]) {
  let rows = log
  const rewritten = new Set<number>()
  for (const excision of excisions) {
    const left = exciseRows(rows, confirmed, excision)
    rows = left.rows
    for (const { t } of left.rewritten) rewritten.add(t)
  }
  return { rows, rewrite: rows.filter(({ t }) => rewritten.has(t)) }
}

const unpredicted = (p: Pending): Pending => ({
  ...p,
  body: { ...p.body, predicted: undefined, footprint: NOTHING },
  unsaved: true,
})

const untold = ({ predicted: _, ...body }: RejectedBody): RejectedBody => ({
  ...body,
  message: 'why it was refused is no longer told: facts were excised',
  facts: {},
})
