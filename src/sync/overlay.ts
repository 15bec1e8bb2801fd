import { isAnnalsError } from '../base/errors.ts'
import { isPendingTx } from '../datom/ids.ts'
import type { Db } from '../db/db.ts'
import { withAliases } from './aliases.ts'
import { type News, Reads } from './footprint.ts'
import { OutOfIds } from './id-pool.ts'
import { type Pending, pendingTx } from './pending.ts'
import { applyEntries, type PredictEnv, predict } from './predict.ts'
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
  const layers = new Layers(base, env, news, current)
  for (const entry of entries) await layers.add(entry)
  return layers.done()
}

/** Entries that go into the view together, at most: some milliseconds of work. */
const AT_ONCE = 500

/** Grows by one entry after another. Those that are kept wait, to go into the view together. */
class Layers {
  readonly #laid: Pending[] = []
  #kept: Pending[] = []
  readonly #env: PredictEnv

  constructor(
    private view: Db,
    env: PredictEnv,
    private readonly news: News,
    private readonly current: (entry: Pending) => boolean,
  ) {
    const datomsOf: PredictEnv['datomsOf'] = async (tx) =>
      isPendingTx(tx) ? this.#laid.find((p) => pendingTx(p.seq) === tx)?.body.predicted : env.datomsOf(tx)
    this.#env = { ...env, datomsOf }
  }

  async add(entry: Pending): Promise<void> {
    await this.#env.breathe()
    if (isKept(entry, this.news, this.current)) {
      this.#kept.push(entry)
      if (this.#kept.length === AT_ONCE) await this.#layKept()
      return
    }
    await this.#layKept()
    await this.#layAnew(entry)
  }

  async done(): Promise<Overlay> {
    await this.#layKept()
    return { view: this.view, entries: this.#laid }
  }

  async #layKept(): Promise<void> {
    const kept = this.#kept
    this.#kept = []
    const view = await withPredicted(this.view, kept)
    if (view === undefined) return this.#layApart(kept)
    this.view = view
    for (const entry of kept) this.#laid.push(entry)
  }

  /** One by one, to find which does not fit: it is decided anew, and perhaps others after it. */
  async #layApart(entries: readonly Pending[]): Promise<void> {
    for (const entry of entries) {
      const view = isKept(entry, this.news, this.current) ? await withPredicted(this.view, [entry]) : undefined
      if (view === undefined) await this.#layAnew(entry)
      else {
        this.view = view
        this.#laid.push(entry)
      }
    }
  }

  async #layAnew(entry: Pending): Promise<void> {
    const next = await decideAgain(this.view, entry, this.#env)
    addChange(this.news, entry, next.entry)
    this.view = next.view
    this.#laid.push(next.entry)
  }
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

/** `view` with what was predicted of `entries`; undefined when some of it does not fit. */
async function withPredicted(view: Db, entries: readonly Pending[]): Promise<Db | undefined> {
  const waiting = entries.filter((entry) => entry.t === undefined)
  try {
    return await applyEntries(view, waiting)
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
    const { body: next, result } = await predict(view, entry, env, reads)
    const decided = { ...entry, body: next, unsaved: true }
    if (!result.empty || !body.schema) return { view: await applyEntries(view, [decided]), entry: decided }
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
