import type { Settled } from '../api/report.ts'
import { txOfT } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { applyInTurn } from '../engine/apply-in-turn.ts'
import type { LogRecord } from '../engine/record.ts'
import type { LogRow } from '../storage/port.ts'
import { mergeAliases, withAliases } from './aliases.ts'
import type { News } from './footprint.ts'
import { newsOf, promotedOf } from './news-of.ts'
import { meetsNone, type Overlay, overlay } from './overlay.ts'
import { type Pending, pendingTx, saved, toQueueRow, unsaved } from './pending.ts'
import type { PredictEnv } from './predict.ts'
import type { AliasPair, Outcome } from './protocol.ts'
import { encodeRejectedBody, type RejectedBody } from './rejected-body.ts'
import { metaChange, type ReplicaMeta } from './replica-meta.ts'
import { addTouched, confirmedAt, type Folded, foldRows, type ReplicaState, type Step } from './replica-state.ts'
import { mentions } from './twin.ts'

/** What the remote decided: records that follow the confirmed head, and outcomes of pushed transactions. */
export interface Decided {
  readonly rows: readonly LogRow[]
  readonly outcomes: ReadonlyMap<string, Outcome>
}

/**
 * Takes in what the remote decided. Those at the front of the queue whose end is known leave it; what stays is decided again when
 * something came that it was not built on.
 */
export async function planAbsorb(state: ReplicaState, decided: Decided, env: PredictEnv): Promise<Step<void>> {
  const absorbing = await Absorbing.begin(state, decided, env)
  return absorbing?.finish(state, env) ?? { result: undefined }
}

/** {@link planAbsorb}, halfway: all but what is queued while it is worked on. */
export class Absorbing {
  private constructor(
    private readonly begun: ReplicaState,
    private readonly folded: Folded,
    private readonly outcomes: ReadonlyMap<string, Outcome>,
    /** Entries that leave the queue. */
    private readonly out: readonly Pending[],
    private readonly became: readonly AliasPair[],
    private readonly news: News,
    private readonly promoted: ReadonlySet<number>,
    /** Undefined where the view as it is stays as it is below what comes. */
    private readonly layered: Overlay | undefined,
    private readonly log: readonly LogRow[],
  ) {}

  /** Undefined when nothing comes of it. */
  static async begin(state: ReplicaState, decided: Decided, env: PredictEnv): Promise<Absorbing | undefined> {
    const { outcomes } = decided
    const log = decided.rows.filter((row) => row.t > state.head.t)
    if (log.length === 0 && leaving(state.entries, outcomes).length === 0) return undefined
    const folded = await foldRows(state, log)
    const out = leaving(folded.entries, outcomes)
    const stay = folded.entries.slice(out.length)
    const promoted = promotedOf(state.entries, folded.records)
    const news = newsOf(state.entries, folded.records, out, promoted)
    const became = out.flatMap((p) => becameOf(p, outcomes)).map(resolvedBy(folded.confirmed.aliases))
    news.addAliases(became)
    const isApart = out.length === 0 && isForeign(state, folded) && meetsNone(news, stay)
    const absorbing = (layered: Overlay | undefined) =>
      new Absorbing(state, folded, outcomes, out, became, news, promoted, layered, log)
    const bare = absorbing(undefined)
    return isApart ? bare : absorbing(await bare.#lay(bare.#confirmed, stay, env))
  }

  /** Whether `now` is the state that this began with, but for ids that were claimed and what was queued here since. */
  continues({ meta, head, confirmed, entries, seq }: ReplicaState): boolean {
    const { begun, log } = this
    if (confirmed !== begun.confirmed || head !== begun.head) return false
    if (meta.generation !== begun.meta.generation || meta.replica !== begun.meta.replica) return false
    if (!begun.entries.every((p, i) => p === entries[i])) return false
    const isDense = entries.length - begun.entries.length === seq - begun.seq
    const queued = new Set(entries.slice(begun.entries.length).map((p) => p.txid))
    return isDense && !log.some(({ txid }) => queued.has(txid))
  }

  /** Requires that it {@link continues} `now`. */
  async finish(now: ReplicaState, env: PredictEnv): Promise<Step<void>> {
    const { begun, folded, outcomes, out, became, log } = this
    const stay = folded.entries.slice(out.length)
    const added = now.entries.slice(begun.entries.length)
    const { view, entries } = await this.#withAdded(now, added, env)
    const refused = rejections(out, outcomes)
    const last = out.at(-1)
    const change: Partial<ReplicaMeta> = {
      ...this.#generation(now),
      ...(last && { lastOut: last.txid }),
      ...(became.length > 0 && { aliases: [...mergeAliases(new Map(now.meta.aliases), became)] as AliasPair[] }),
    }
    const before = [...stay, ...added]
    const changed = before.filter((p, i) => p !== entries[i])
    const known = now.entries.slice(out.length)
    const marked = entries.filter((p, i) => !p.unsaved && p.t !== known[i]?.t)
    return {
      commit: {
        expect: { t: now.head.t, claim: now.claim, ...(this.#lacksEntries && { seq: now.seq }) },
        log,
        // where its record lies is known from the log alone, as long as no root is beyond it
        requeue: [...unsaved(entries), ...marked].map(toQueueRow),
        ...(last && { dequeueTo: last.seq }),
        reject: [...refused].map(([txid, body]) => ({ txid, body: encodeRejectedBody(body) })),
        meta: metaChange(change),
      },
      next: {
        ...now,
        meta: { ...now.meta, ...change },
        head: folded.head,
        confirmed: this.#confirmed,
        view,
        entries: saved(entries),
        rejected: new Map([...now.rejected, ...refused]),
      },
      touched: touchedBy(folded.records, [...out, ...changed, ...unsaved(entries)]),
      ended: endings(folded.entries, out, outcomes),
      result: undefined,
    }
  }

  /** Whether there may be more in the stored queue: some record is this replica's, and nothing here waits for it. */
  get #lacksEntries(): boolean {
    const { meta, entries } = this.begun
    const mine = new Set([meta.replica, ...meta.lineage])
    const queued = new Set(entries.map(({ txid }) => txid))
    return this.folded.records.some(({ txid, origin }) => mine.has(origin?.replica ?? '') && !queued.has(txid))
  }

  get #confirmed(): Db {
    return withAliases(this.folded.confirmed, this.became)
  }

  async #withAdded(now: ReplicaState, added: readonly Pending[], env: PredictEnv): Promise<Overlay> {
    const { layered, news, folded } = this
    const stay = folded.entries.slice(this.out.length)
    if (layered === undefined) {
      if (meetsNone(news, added))
        return { view: await withForeign(now.view, folded.records), entries: [...stay, ...added] }
      return this.#lay(this.#confirmed, [...stay, ...added], env)
    }
    if (added.length === 0) return layered
    const more = await this.#lay(layered.view, added, env)
    return { view: more.view, entries: [...layered.entries, ...more.entries] }
  }

  #lay(base: Db, entries: readonly Pending[], env: PredictEnv): Promise<Overlay> {
    const anew = { ...env, ...this.#generation(this.begun), datomsOf: datomsOf(this.folded, env) }
    return overlay(base, entries, anew, this.news, (p) => !mentions(p, this.promoted))
  }

  #generation({ seq }: ReplicaState): Partial<Pick<ReplicaMeta, 'generation' | 'decidedTo'>> {
    return this.news.any ? { generation: this.begun.meta.generation + 1, decidedTo: seq } : {}
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
  const txs = records.map(({ t, data }) => ({ tx: txOfT(t), data }))
  return { ...(await applyInTurn(view, txs, records.at(-1)?.t ?? view.basisT)), lastTx: view.lastTx }
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
