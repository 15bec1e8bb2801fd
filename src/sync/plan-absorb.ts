import type { Settled } from '../api/report.ts'
import { txOfT } from '../datom/ids.ts'
import type { LogRow } from '../storage/port.ts'
import { mergeAliases, withAliases } from './aliases.ts'
import { overlay } from './overlay.ts'
import { type Pending, pendingTx, toQueueRow } from './pending.ts'
import type { PredictEnv } from './predict.ts'
import type { AliasPair, Outcome } from './protocol.ts'
import { encodeRejectedBody, type RejectedBody } from './rejected-body.ts'
import { metaChange, type ReplicaMeta } from './replica-meta.ts'
import { addTouched, confirmedAt, type Folded, foldRows, type ReplicaState, type Step } from './replica-state.ts'
import { isTwin, mentions } from './twin.ts'

/**
 * Takes in what the remote decided: records that follow the confirmed head, and outcomes of pushed transactions. Those at the
 * front of the queue whose end is known leave it; what stays is decided again when something came that it was not built on.
 */
export async function planAbsorb(
  state: ReplicaState,
  rows: readonly LogRow[],
  outcomes: ReadonlyMap<string, Outcome>,
  env: PredictEnv,
): Promise<Step<void>> {
  const news = rows.filter((row) => row.t > state.head.t)
  const folded = await foldRows(state, news)
  const out = leaving(folded.entries, outcomes)
  if (news.length === 0 && out.length === 0) return { result: undefined }
  const stay = folded.entries.slice(out.length)
  const again = mustDecideAgain(state, folded, out, stay)
  const generation = state.meta.generation + (again ? 1 : 0)

  const became = out.flatMap((p) => becameOf(p, outcomes)).map(resolvedBy(folded.confirmed.aliases))
  const confirmed = withAliases(folded.confirmed, became)
  const { view, entries } = await overlay(confirmed, stay, { ...env, generation, datomsOf: datomsOf(folded, env) })
  const refused = rejections(out, outcomes)
  const last = out.at(-1)
  const change: Partial<ReplicaMeta> = {
    ...(again && { generation }),
    ...(last && { lastOut: last.txid }),
    ...(became.length > 0 && { aliases: [...mergeAliases(new Map(state.meta.aliases), became)] as AliasPair[] }),
  }
  const touched = new Set<number>()
  for (const record of folded.records) for (const a of record.data.a) touched.add(a)
  addTouched(touched, out)
  if (again) {
    addTouched(touched, stay)
    addTouched(touched, entries)
  }
  return {
    commit: {
      expect: { t: state.head.t, claim: state.claim },
      log: news,
      ...(again && { requeue: entries.map(toQueueRow) }),
      ...(last && { dequeueTo: last.seq }),
      reject: [...refused].map(([txid, body]) => ({ txid, body: encodeRejectedBody(body) })),
      meta: metaChange(change),
    },
    next: {
      ...state,
      meta: { ...state.meta, ...change },
      head: folded.head,
      confirmed,
      view,
      entries,
      rejected: new Map([...state.rejected, ...refused]),
    },
    touched,
    ended: endings(folded.entries, out, outcomes),
    result: undefined,
  }
}

/** What the ids of a transaction stand for that left without a record. */
function becameOf({ t, txid, body }: Pending, outcomes: ReadonlyMap<string, Outcome>): readonly AliasPair[] {
  const outcome = outcomes.get(txid)
  if (t !== undefined || outcome?.status !== 'withdrawn') return []
  return [...(body.withdrawn ? body.replaced : []), ...outcome.became]
}

/** What was predicted to be another pending entity's id is final only now. */
const resolvedBy =
  (aliases: ReadonlyMap<number, number>) =>
  ([id, now]: AliasPair): AliasPair => [id, aliases.get(now) ?? now]

/** Records that are not stored yet, and those that are. */
function datomsOf({ records }: Folded, env: PredictEnv): PredictEnv['datomsOf'] {
  return async (tx) => records.find(({ t }) => txOfT(t) === tx)?.data ?? env.datomsOf(tx)
}

/** Those at the front of the queue of whom all is known: the record is here, or there will be none. */
function leaving(entries: readonly Pending[], outcomes: ReadonlyMap<string, Outcome>): readonly Pending[] {
  const end = entries.findIndex((p) => {
    if (p.t !== undefined) return false
    const outcome = outcomes.get(p.txid)
    return outcome === undefined || outcome.status === 'confirmed'
  })
  return end === -1 ? entries : entries.slice(0, end)
}

/** Whether what stays was predicted on anything but what has now been decided. */
function mustDecideAgain(
  state: ReplicaState,
  { records }: Folded,
  out: readonly Pending[],
  stay: readonly Pending[],
): boolean {
  const queued = new Map(state.entries.map((p) => [p.txid, p]))
  const promoted = new Set<number>()
  for (const record of records) {
    const own = queued.get(record.txid)
    if (own === undefined || !isTwin(record, own)) return true
    promoted.add(pendingTx(own.seq))
  }
  if (out.some((p) => p.t === undefined && p.body.predicted !== undefined)) return true
  return stay.some((p) => mentions(p, promoted))
}

function rejections(
  out: readonly Pending[],
  outcomes: ReadonlyMap<string, Outcome>,
): ReadonlyMap<string, RejectedBody> {
  const refused = new Map<string, RejectedBody>()
  for (const { txid, body, t } of out) {
    const outcome = outcomes.get(txid)
    if (t !== undefined || outcome?.status !== 'rejected') continue
    const { code, message, facts } = outcome
    const { intent, ids, txs, instant } = body
    refused.set(txid, { intent, ids, txs, instant, code, message, facts })
  }
  return refused
}

function endings(
  entries: readonly Pending[],
  out: readonly Pending[],
  outcomes: ReadonlyMap<string, Outcome>,
): ReadonlyMap<string, Settled> {
  const ended = new Map<string, Settled>()
  for (const { txid, t } of entries) if (t !== undefined) ended.set(txid, confirmedAt(t))
  for (const { txid, t } of out) {
    const outcome = outcomes.get(txid)
    if (t !== undefined || outcome === undefined) continue
    if (outcome.status === 'withdrawn') ended.set(txid, { status: 'withdrawn' })
    if (outcome.status === 'rejected') ended.set(txid, outcome)
  }
  return ended
}
