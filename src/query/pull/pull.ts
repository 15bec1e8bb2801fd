import { AnnalsError } from '../../base/errors.ts'
import { andThen, type MaybePromise } from '../../base/maybe-promise.ts'
import { type Db, resolveAlias } from '../../db/db.ts'
import { loadAll } from '../../db/load.ts'
import { scan } from '../../db/view.ts'
import { type Flow, runFlow } from '../flow.ts'
import { Limits, type QueryOptions } from '../limits.ts'
import { NOT_AT_HAND } from '../not-at-hand.ts'
import { Budget } from './budget.ts'
import { Builder, type Functions } from './build.ts'
import { lanesOf } from './lane.ts'
import { Level } from './level.ts'
import { narrowed } from './narrowed.ts'
import { Node } from './node.ts'
import type { PullPlan } from './plan.ts'
import { pullPlan } from './plans.ts'
import { XFORMS } from './xforms.ts'

export interface PullEnv {
  readonly functions: Functions
}
/** Keys in the short form (`'inv/sku'`, `'inv/_color'`, `'db/id'`) unless renamed. */
export type Pulled = Record<string, unknown>

/**
 * What `pattern` (see `parsePull`) shows of each entity, in the order of `ids`: of a plain ref `{ 'db/id', 'db/ident'? }`, of a
 * component everything, of a many attribute a list in index order. What is missing is an absent key; undefined stands for an
 * entity that has nothing of the pattern, and, where the answer would be but an id or defaults, for one that has no fact
 * in this view. Where a recursion or a component meets an entity that it came through, it shows `{ 'db/id' }` alone.
 * Attributes and plain refs are shown by the names that they have in the newest schema, in time views too.
 *
 * All entities of a level are read together, so that each segment is read once; the answer is there at once unless
 * storage has to be waited for, or a long pull with a signal lets others run.
 *
 * Throws (or rejects with) what `parsePull` throws, `pull/history` on a history view, `query/unknown-function`,
 * `query/timeout`, `query/aborted`, `query/too-many-rows`, and what a function throws.
 */
export function pullMany(
  db: Db,
  pattern: unknown,
  ids: readonly number[],
  env: PullEnv,
  options?: QueryOptions,
): MaybePromise<(Pulled | undefined)[]> {
  return runPull(db, pullPlan(db.schema, pattern), ids, env, new Budget(new Limits(options)), false)
}

/**
 * {@link pullMany} where every id comes from a fact of this database, as the rows of a query do. Then nothing is asked about
 * an entity whose answer holds no fact, and it is shown as it is, as Datomic does: `{ 'db/id': n }`.
 */
export const pullKnown = (
  db: Db,
  pattern: unknown,
  ids: readonly number[],
  env: PullEnv,
  budget = new Budget(),
): MaybePromise<(Pulled | undefined)[]> => runPull(db, pullPlan(db.schema, pattern), ids, env, budget, true)

/** {@link pullMany} of one entity. */
export function pullOne(
  db: Db,
  pattern: unknown,
  id: number,
  env: PullEnv,
  options?: QueryOptions,
): MaybePromise<Pulled | undefined> {
  const plan = pullPlan(db.schema, pattern)
  const limits = new Limits(options)
  const alone = plan.flat ? pullAlone(db, plan, id, env, new Budget(limits)) : NOT_AT_HAND
  return alone === NOT_AT_HAND
    ? andThen(runPull(db, plan, [id], env, new Budget(limits), false), ([found]) => found)
    : alone
}

/** What a pattern that leads to no other entity shows of one whose facts are in memory: without levels and rounds. */
function pullAlone(
  db: Db,
  plan: PullPlan,
  id: number,
  env: PullEnv,
  budget: Budget,
): Pulled | undefined | typeof NOT_AT_HAND {
  checkPull(db, plan, env)
  const builder = new Builder(db.schema, env.functions, budget)
  const node = new Node(resolveAlias(db, id))
  const lanes = lanesOf(narrowed(db, plan, false), plan, [node.entity])
  for (const { scans } of lanes) if (scans.some(({ whereabouts }) => whereabouts === 'stored')) return NOT_AT_HAND
  for (const lane of lanes) lane.open(0)
  builder.read(plan, lanes, node)
  return node.found ? node.result : NOT_AT_HAND
}

function runPull(
  db: Db,
  plan: PullPlan,
  ids: readonly number[],
  env: PullEnv,
  budget: Budget,
  known: boolean,
): MaybePromise<(Pulled | undefined)[]> {
  checkPull(db, plan, env)
  return runFlow(pullFlow(db, plan, ids, env.functions, budget, known))
}

/** Throws `pull/history`, `query/unknown-function`. */
export function checkPull(db: Db, plan: PullPlan, env: PullEnv): void {
  if (db.view.history) {
    const said = 'pull shows what holds at one moment, and a history view holds all; use asOf, or query the history'
    throw new AnnalsError('pull/history', said, {})
  }
  for (const name of plan.functions) {
    if (env.functions.has(name) || XFORMS.has(name)) continue
    throw new AnnalsError('query/unknown-function', `pull: no function ${name} is registered for xform`, { name })
  }
}

function* pullFlow(
  db: Db,
  plan: PullPlan,
  ids: readonly number[],
  functions: Functions,
  budget: Budget,
  known: boolean,
): Flow<(Pulled | undefined)[]> {
  const seen = narrowed(db, plan, known)
  const builder = new Builder(db.schema, functions, budget)
  const tops = ids.map((id) => new Node(resolveAlias(db, id)))
  let round = tops.length === 0 ? [] : [new Level(seen, plan, tops.slice())]
  while (round.length > 0) {
    const loading = loadAll(round.length === 1 ? (round[0] as Level).scans : round.flatMap(({ scans }) => scans))
    if (loading !== undefined) yield loading
    yield* budget.breathe()
    for (const level of round) yield* level.read(builder, budget)
    round = Array.from(builder.takeNext(), ([within, nodes]) => new Level(seen, within, nodes))
  }
  builder.finishWaiting()
  if (!known) yield* dropUnknown(db, tops)
  return tops.map(({ result }) => result)
}

/** Takes the result from entities of which no fact is known: neither in the result nor elsewhere. */
function* dropUnknown(db: Db, tops: readonly Node[]): Flow<void> {
  const doubtful = tops.filter(({ result, found }) => result !== undefined && !found)
  if (doubtful.length === 0) return
  const scans = doubtful.map(({ entity }) => scan(db, 'eavt', { e: entity }))
  const loading = loadAll(scans)
  if (loading !== undefined) yield loading
  doubtful.forEach((node, i) => {
    if (scans[i]?.batches().length === 0) node.result = undefined
  })
}
