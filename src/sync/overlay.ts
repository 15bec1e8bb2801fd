import { isAnnalsError } from '../base/errors.ts'
import { isPendingTx } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { withAliases } from './aliases.ts'
import { OutOfIds } from './id-pool.ts'
import { type Pending, pendingTx } from './pending.ts'
import { applyEntry, type PredictEnv, predict } from './predict.ts'
import { verdictOf } from './verdict.ts'

/**
 * `base` with `entries` on top, in order. Predictions of this generation are applied; older ones are decided again: what fails
 * stays queued with its conflict and without effect, and an installation of schema that has become empty is taken back. Returns
 * the entries as they are now. Rejects when the place fails, or with {@link OutOfIds}.
 */
export async function overlay(
  base: Db,
  entries: readonly Pending[],
  env: PredictEnv,
): Promise<{ view: Db; entries: readonly Pending[] }> {
  let view = base
  const done: Pending[] = []
  const datomsOf: PredictEnv['datomsOf'] = async (tx) =>
    isPendingTx(tx) ? done.find((p) => pendingTx(p.seq) === tx)?.body.predicted : env.datomsOf(tx)
  for (const entry of entries) {
    const next = await layer(view, entry, { ...env, datomsOf })
    view = next.view
    done.push(next.entry)
  }
  return { view, entries: done }
}

async function layer(view: Db, entry: Pending, env: PredictEnv): Promise<{ view: Db; entry: Pending }> {
  const { body } = entry
  if (entry.t !== undefined) return { view, entry: current(entry, env) }
  if (body.withdrawn) return { view: withAliases(view, body.replaced), entry: current(entry, env) }
  if (body.generation === env.generation) {
    const fits = await applyEntry(view, entry).catch((e: unknown) => {
      if (isAnnalsError(e, 'storage/corrupt')) return undefined
      throw e
    })
    if (fits !== undefined) return { view: fits, entry }
  }
  try {
    const { body: next, after, result } = await predict(view, entry, env)
    if (!result.empty || !body.schema) return { view: after, entry: { ...entry, body: next } }
    const taken = { ...next, predicted: undefined, withdrawn: true }
    return { view: withAliases(view, taken.replaced), entry: { ...entry, body: taken } }
  } catch (e) {
    const verdict = e instanceof OutOfIds ? undefined : verdictOf(e)
    if (verdict === undefined) throw e
    const conflict = { code: verdict.code, message: verdict.message }
    const stuck = {
      ...body,
      generation: env.generation,
      predicted: undefined,
      replaced: new Map<number, number>(),
      conflict,
    }
    return { view, entry: { ...entry, body: stuck } }
  }
}

const current = (entry: Pending, { generation }: PredictEnv): Pending =>
  entry.body.generation === generation ? entry : { ...entry, body: { ...entry.body, generation } }
