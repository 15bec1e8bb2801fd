import { News } from './footprint.ts'
import { overlay } from './overlay.ts'
import { saved, toQueueRow, unsaved } from './pending.ts'
import type { PredictEnv } from './predict.ts'
import type { QueueBody } from './queue-body.ts'
import { metaChange } from './replica-meta.ts'
import { addTouched, notPending, type ReplicaState, type Step } from './replica-state.ts'

/**
 * Takes a transaction back: a pending one loses its effect and is pushed as a withdrawal, for nothing leaves the middle of the
 * queue; a refused one is dropped. `result` says which. Throws `sync/not-pending`.
 */
export async function planWithdraw(
  state: ReplicaState,
  id: string,
  env: PredictEnv,
): Promise<Step<'waits' | 'dropped'>> {
  const entry = state.entries.find((p) => p.txid === id)
  if (entry === undefined) return drop(state, id)
  if (entry.t !== undefined || entry.body.withdrawn) return { result: 'waits' }
  const change = { generation: state.meta.generation + 1, decidedTo: state.seq }
  const meta = { ...state.meta, ...change }
  const taken = state.entries.map((p) => (p === entry ? { ...p, body: takenBack(p.body), unsaved: true } : p))
  const news = new News()
  if (entry.body.predicted !== undefined) news.addFacts(entry.body.predicted)
  news.addAliases(entry.body.replaced)
  const { view, entries } = await overlay(state.confirmed, taken, { ...env, generation: meta.generation }, news)
  const touched = new Set<number>()
  addTouched(touched, state.entries)
  addTouched(touched, entries)
  return {
    commit: {
      // a claim, so that it and another tab's rebase, which writes the same rows, cannot both be
      expect: { claim: state.claim, seq: state.seq, t: state.head.t },
      claim: state.claim + 1,
      requeue: unsaved(entries).map(toQueueRow),
      meta: metaChange(change),
    },
    next: { ...state, meta, claim: state.claim + 1, view, entries: saved(entries) },
    touched,
    result: 'waits',
  }
}

/** Without any effect: what its ids had turned out to be is unsaid too. */
const takenBack = (body: QueueBody): QueueBody => ({
  ...body,
  withdrawn: true,
  predicted: undefined,
  conflict: undefined,
  replaced: new Map(),
})

function drop(state: ReplicaState, id: string): Step<'dropped'> {
  if (!state.rejected.has(id)) throw notPending(id)
  const rejected = new Map(state.rejected)
  rejected.delete(id)
  return {
    commit: { expect: {}, unreject: [id] },
    next: { ...state, rejected },
    touched: new Set(),
    ended: new Map([[id, { status: 'withdrawn' }]]),
    result: 'dropped',
  }
}
