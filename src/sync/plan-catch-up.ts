import type { Settled } from '../api/report.ts'
import { txOfT } from '../datom/ids.ts'
import type { Confirmed } from '../engine/segments.ts'
import type { LocalState, LogRow } from '../storage/port.ts'
import { withAliases } from './aliases.ts'
import { News } from './footprint.ts'
import { overlay } from './overlay.ts'
import { fromQueueRow, isCurrent, type Pending, pendingTx } from './pending.ts'
import type { PredictEnv } from './predict.ts'
import { decodeRejectedBody } from './rejected-body.ts'
import { readMeta } from './replica-meta.ts'
import { addTouched, confirmedAt, foldRows, type ReplicaState, type Step } from './replica-state.ts'
import { refusedAs } from './settled-in.ts'

/**
 * The state that lies in the store, reached from `state`: what other tabs have queued, withdrawn and heard from the remote.
 * `rows`: those of the log after the confirmed head, up to the stored one's. `reached`: the confirmed value there, where the
 * one of `state` can be read no more.
 */
export async function planCatchUp(
  state: ReplicaState,
  stored: LocalState,
  rows: readonly LogRow[],
  env: PredictEnv,
  reached?: Confirmed,
): Promise<Step<void>> {
  const meta = readMeta(stored.meta)
  const sameGeneration = meta.generation === state.meta.generation
  const queue = await readQueue(stored, state, sameGeneration, env)
  const gone = state.entries.filter((p) => p.seq <= stored.done)
  const folded = await foldRows({ ...state, meta, entries: [...gone, ...queue] }, rows, reached)
  const left = folded.entries.slice(0, gone.length)
  const waiting = folded.entries.slice(gone.length)
  const confirmed = withAliases(folded.confirmed, [...meta.aliases, ...waiting.flatMap(becameOf)])

  const isSame = reached === undefined && rows.length === 0 && sameGeneration
  const appended = isSame && gone.every((p) => p.body.predicted === undefined)
  const known = appended ? state.entries.length - gone.length : 0
  const base = appended ? withAliases(state.view, meta.aliases) : confirmed
  const fresh = waiting.slice(known)
  const inGeneration = { ...env, generation: meta.generation }
  const layered = await overlay(base, fresh, inGeneration, new News(), (p) => isCurrent(p, meta))
  const entries = [...waiting.slice(0, known), ...layered.entries]

  const touched = new Set<number>()
  for (const record of folded.records) for (const a of record.data.a) touched.add(a)
  addTouched(touched, entries.slice(known))
  if (!appended) addTouched(touched, state.entries)
  const rejected = new Map(
    stored.rejected.map((row) => [row.txid, state.rejected.get(row.txid) ?? decodeRejectedBody(row)] as const),
  )
  return {
    next: {
      meta,
      claim: stored.heads.claim,
      head: folded.head,
      confirmed,
      seq: stored.heads.queue.seq,
      entries,
      rejected,
      view: layered.view,
    },
    ...((touched.size > 0 || layered.view !== state.view) && { touched }),
    ended: endings(left, waiting, rejected),
    result: undefined,
  }
}

/** The entity of one whose record is here. */
const becameOf = ({ seq, t }: Pending): [number, number][] => (t === undefined ? [] : [[pendingTx(seq), txOfT(t)]])

/** The queue as it is stored. Entries that we have, with their places in the log, are as they were in the same generation. */
async function readQueue(
  { queue: rows, done }: LocalState,
  { entries, seq }: ReplicaState,
  sameGeneration: boolean,
  { breathe }: PredictEnv,
): Promise<readonly Pending[]> {
  const known = entries.slice(Math.max(0, done - seq + entries.length))
  const queue = sameGeneration ? [...known] : []
  for (const row of rows) {
    const own = known[row.seq - seq + known.length - 1]
    if (own !== undefined && sameGeneration) continue
    await breathe()
    const entry = fromQueueRow(row)
    queue.push({ ...entry, t: own?.t ?? entry.t })
  }
  return queue
}

function endings(
  left: readonly Pending[],
  waiting: readonly Pending[],
  rejected: ReplicaState['rejected'],
): ReadonlyMap<string, Settled> {
  const ended = new Map<string, Settled>()
  for (const { txid, t } of [...left, ...waiting]) if (t !== undefined) ended.set(txid, confirmedAt(t))
  for (const { txid, t } of left) {
    if (t !== undefined) continue
    const refused = rejected.get(txid)
    ended.set(txid, refused === undefined ? { status: 'withdrawn' } : refusedAs(refused))
  }
  return ended
}
