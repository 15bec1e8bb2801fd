import { isAnnalsError } from '../base/errors.ts'
import { isPendingTx } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { withAliases } from './aliases.ts'
import { type News, Reads } from './footprint.ts'
import { OutOfIds } from './id-pool.ts'
import { type Pending, pendingTx } from './pending.ts'
import { applyEntry, type PredictEnv, predict } from './predict.ts'
import { verdictOf } from './verdict.ts'

export interface Overlay {
  readonly view: Db
  /** As they are now; those that were decided anew are `unsaved`. */
  readonly entries: readonly Pending[]
}

/**
 * `base` with `entries` on top, in order. Predictions that `news` does not meet, and that are `current`, are applied; the others
 * are decided again, and what that changes is news to those after them: what fails stays queued with its conflict and without
 * effect, and an installation of schema that has become empty is taken back. Rejects when the place fails, or with
 * {@link OutOfIds}.
 */
export async function overlay(
  base: Db,
  entries: readonly Pending[],
  env: PredictEnv,
  news: News,
  current: (entry: Pending) => boolean = () => true,
): Promise<Overlay> {
  let view = base
  const done: Pending[] = []
  const datomsOf: PredictEnv['datomsOf'] = async (tx) =>
    isPendingTx(tx) ? done.find((p) => pendingTx(p.seq) === tx)?.body.predicted : env.datomsOf(tx)
  for (const entry of entries) {
    await env.breathe()
    const kept = isKept(entry, news, current) ? await keep(view, entry) : undefined
    const next = kept ?? (await decideAgain(view, entry, { ...env, datomsOf }))
    if (kept === undefined) addChange(news, entry, next.entry)
    view = next.view
    done.push(next.entry)
  }
  return { view, entries: done }
}

interface Layer {
  readonly view: Db
  readonly entry: Pending
}

/** Whether `news` meets nothing that `entries` read, so that they would come to the same. */
export const meetsNone = (news: News, entries: readonly Pending[]): boolean =>
  entries.every((entry) => isKept(entry, news, () => true))

const isKept = (entry: Pending, news: News, current: (entry: Pending) => boolean): boolean =>
  entry.t !== undefined ||
  entry.body.withdrawn ||
  (current(entry) && !news.meets(entry.body.footprint, entry.body.ids.values()))

/** With what was predicted; undefined when that does not fit. */
async function keep(view: Db, entry: Pending): Promise<Layer | undefined> {
  if (entry.t !== undefined) return { view, entry }
  try {
    return { view: await applyEntry(view, entry), entry }
  } catch (e) {
    if (isAnnalsError(e, 'storage/corrupt')) return undefined
    throw e
  }
}

async function decideAgain(view: Db, entry: Pending, env: PredictEnv): Promise<Layer> {
  const { body } = entry
  const reads = new Reads()
  env.ran()
  try {
    const { body: next, after, result } = await predict(view, entry, env, reads)
    if (!result.empty || !body.schema) return { view: after, entry: { ...entry, body: next, unsaved: true } }
    const taken = { ...next, predicted: undefined, withdrawn: true }
    return { view: withAliases(view, taken.replaced), entry: { ...entry, body: taken, unsaved: true } }
  } catch (e) {
    const verdict = e instanceof OutOfIds ? undefined : verdictOf(e)
    if (verdict === undefined) throw e
    const stuck = {
      ...body,
      generation: env.generation,
      predicted: undefined,
      footprint: reads.done(),
      replaced: new Map<number, number>(),
      conflict: { code: verdict.code, message: verdict.message },
    }
    return { view, entry: { ...entry, body: stuck, unsaved: true } }
  }
}

/** What another outcome of `before` is to those that were decided on the old one. */
function addChange(news: News, before: Pending, after: Pending): void {
  for (const { body } of [before, after]) {
    if (body.predicted !== undefined) news.addFacts(body.predicted)
    news.addAliases(body.replaced)
  }
}
