import { append } from '../base/append.ts'
import { Builtin } from '../datom/builtin.ts'
import type { Increment, TxData } from '../datom/tx-data.ts'
import { applyTx } from '../db/apply.ts'
import { type Db, withoutView } from '../db/db.ts'
import type { DatomsOf } from './transaction.ts'
import { UndoOne } from './undo-one.ts'
import {
  type RevertedFact,
  type SkippedFact,
  type UndoneFact,
  type UndoneTx,
  type UndoPlan,
  undoData,
} from './undo-plan.ts'

/**
 * What undoing `targets` would do in `db`: newest first, each on what the ones before left, merged into one set of facts. An
 * assertion is retracted while it still holds because of its transaction; a retraction is asserted again when nothing later
 * spoke about that entity and attribute (of one value) or that very fact (of many), and the entity and the target of a ref
 * are still there; an increment whose number has moved on is taken off what it is now. What an undo took back counts as never
 * said, so that undoing, redoing and undoing a set come out the same in every order that is possible. Schema entities go whole
 * or not at all. Facts about transactions are never touched, and composite tuples follow their members.
 */
export async function planUndo(db: Db, targets: readonly UndoneTx[], datomsOf: DatomsOf): Promise<UndoPlan> {
  let now = withoutView(db)
  const net = new Map<string, UndoneFact>()
  const increments: Increment[] = []
  const reverted: RevertedFact[] = []
  const skipped: SkippedFact[] = []
  const steps = new Map<number, TxData>()
  const withSteps: DatomsOf = async (tx) => steps.get(tx) ?? datomsOf(tx)
  for (const target of [...targets].sort((x, y) => y.tx - x.tx)) {
    const one = new UndoOne(now, target, withSteps)
    await one.plan()
    append(reverted, one.reverted)
    append(skipped, one.skipped)
    append(increments, one.increments)
    for (const fact of one.facts) {
      const key = `${fact.e} ${fact.a.id} ${typeof fact.v} ${String(fact.v)}`
      if (net.get(key)?.asserted === !fact.asserted) net.delete(key)
      else net.set(key, fact)
    }
    if (targets.length === 1) break
    const undoing = now.lastTx + 1
    const step = undoData(one)
    step.push(undoing, Builtin.txUndoes, target.tx, 1)
    now = await applyTx(now, undoing, step, now.basisT)
    steps.set(undoing, step)
  }
  return { change: { facts: [...net.values()], increments }, reverted, skipped }
}
