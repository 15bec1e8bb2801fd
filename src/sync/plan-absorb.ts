import type { Settled } from '../api/report.ts'
import { txOfT } from '../datom/ids.ts'
import { applyTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import type { LogRecord } from '../engine/record.ts'
import type { LogRow } from '../storage/port.ts'
import { mergeAliases, withAliases } from './aliases.ts'
import { newsOf, promotedOf } from './news-of.ts'
import { meetsNone, overlay } from './overlay.ts'
import { type Pending, pendingTx, saved, toQueueRow, unsaved } from './pending.ts'
import type { PredictEnv } from './predict.ts'
import type { AliasPair, Outcome } from './protocol.ts'
import { encodeRejectedBody, type RejectedBody } from './rejected-body.ts'
import { metaChange, type ReplicaMeta } from './replica-meta.ts'
import { addTouched, confirmedAt, type Folded, foldRows, type ReplicaState, type Step } from './replica-state.ts'
import { mentions } from './twin.ts'

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
  const log = rows.filter((row) => row.t > state.head.t)
  if (log.length === 0 && leaving(state.entries, outcomes).length === 0) return { result: undefined }
  const folded = await foldRows(state, log)
  const out = leaving(folded.entries, outcomes)
  const stay = folded.entries.slice(out.length)
  const promoted = promotedOf(state.entries, folded.records)
  const news = newsOf(state.entries, folded.records, out, promoted)
  const became = out.flatMap((p) => becameOf(p, outcomes)).map(resolvedBy(folded.confirmed.aliases))
  const confirmed = withAliases(folded.confirmed, became)
  news.addAliases(became)
  const decided = news.any && { generation: state.meta.generation + 1, decidedTo: state.seq }
  const { view, entries } =
    out.length === 0 && isForeign(state, folded) && meetsNone(news, stay)
      ? { view: await withForeign(state.view, folded.records), entries: stay }
      : await overlay(confirmed, stay, { ...env, ...decided, datomsOf: datomsOf(folded, env) }, news, (p) => {
          return !mentions(p, promoted)
        })
  const refused = rejections(out, outcomes)
  const last = out.at(-1)
  const change: Partial<ReplicaMeta> = {
    ...decided,
    ...(last && { lastOut: last.txid }),
    ...(became.length > 0 && { aliases: [...mergeAliases(new Map(state.meta.aliases), became)] as AliasPair[] }),
  }
  return {
    commit: {
      expect: { t: state.head.t, claim: state.claim },
      log,
      requeue: unsaved(entries).map(toQueueRow),
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
      entries: saved(entries),
      rejected: new Map([...state.rejected, ...refused]),
    },
    touched: touchedBy(folded.records, [...out, ...stay.filter((p, i) => p !== entries[i]), ...unsaved(entries)]),
    ended: endings(folded.entries, out, outcomes),
    result: undefined,
  }
}

function touchedBy(records: readonly LogRecord[], moved: readonly Pending[]): ReadonlySet<number> {
  const touched = new Set<number>()
  for (const record of records) for (const a of record.data.a) touched.add(a)
  addTouched(touched, moved)
  return touched
}

/** Whether what has come says nothing of this replica's own transactions. */
const isForeign = (state: ReplicaState, { confirmed, entries }: Folded): boolean =>
  confirmed.aliases === state.confirmed.aliases && entries.every((p, i) => p.t === state.entries[i]?.t)

/** `view` with records below what is pending in it, none of which speaks of the same: the order does not show. */
async function withForeign(view: Db, records: readonly LogRecord[]): Promise<Db> {
  let now = view
  for (const { t, data } of records) now = { ...(await applyTx(now, txOfT(t), data, t)), lastTx: view.lastTx }
  return now
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

function rejections(
  out: readonly Pending[],
  outcomes: ReadonlyMap<string, Outcome>,
): ReadonlyMap<string, RejectedBody> {
  const refused = new Map<string, RejectedBody>()
  for (const { seq, txid, body, t } of out) {
    const outcome = outcomes.get(txid)
    if (t !== undefined || outcome?.status !== 'rejected') continue
    const { code, message, facts } = outcome
    const { intent, ids, txs, instant, predicted } = body
    const told = { code, message, facts, tx: pendingTx(seq), ...(predicted && { predicted }) }
    refused.set(txid, { intent, ids, txs, instant, ...told })
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
