import { isTx } from '../datom/ids.ts'
import type { Increment } from '../datom/tx-data.ts'
import type { Db } from '../db/db.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { incremented, plus } from './increment.ts'
import type { FactJudge } from './undo-facts.ts'
import { placeKey, type Refusal, type UndoChange, type UndoneFact, type UndoneTx } from './undo-plan.ts'
import type { Undos } from './undos.ts'

/** What a transaction added to one number, with what it said of it. */
export interface Counter extends Omit<Increment, 'of'> {
  readonly facts: UndoneFact[]
}

/** The numbers that a transaction added to, by {@link placeKey}. */
export function countersOf({ data }: UndoneTx): ReadonlyMap<string, Counter> {
  const counters = new Map<string, Counter>()
  for (const { e, a, delta } of data.increments) {
    if (isTx(e)) continue // facts about transactions are never touched
    const key = placeKey(e, a)
    const known = counters.get(key)
    counters.set(key, { e, a, delta: known === undefined ? delta : plus(known.delta, delta), facts: [] })
  }
  return counters
}

/**
 * Takes what `tx` added to a number off what it is now; where its facts are the last word, they are reverted as they stand.
 * Refused when the increment is taken back already, the number is gone, or would leave its type's range.
 */
export async function recount(
  db: Db,
  tx: number,
  { e, a: id, delta, facts }: Counter,
  judge: FactJudge,
  undos: Undos,
): Promise<UndoChange | Refusal> {
  const undo = await undos.takenBackBy(tx, e, id)
  if (undo !== undefined) return { reason: 'superseded', by: undo }
  const back = { e, a: id, delta: typeof delta === 'bigint' ? -delta : 0 - delta }
  const refusal = await firstRefusal(facts, judge)
  if (refusal === undefined && facts.length > 0) return { facts, increments: [{ ...back, of: { tx, exact: true } }] }

  const a = db.schema.attributes.get(id)
  const [old] = await whenLoaded(scan(db, 'eavt', { e, a: id }), valuesOf)
  const next = old === undefined || a === undefined || a.many ? undefined : incremented(a, old, back.delta)
  if (a === undefined || old === undefined || next === undefined) {
    return refusal ?? { reason: 'superseded', by: await judge.spokeAfter({ e, a: id }) }
  }
  const taken = a.unique === undefined ? undefined : await judge.takenBy(id, next)
  if (taken !== undefined) return { reason: 'unique-conflict', by: taken }
  const moved = [
    { e, a, v: old, asserted: true },
    { e, a, v: next, asserted: false },
  ]
  return { facts: next === old ? [] : moved, increments: [{ ...back, of: { tx, exact: false } }] }
}

async function firstRefusal(facts: readonly UndoneFact[], judge: FactJudge): Promise<Refusal | undefined> {
  for (const fact of facts) {
    const refusal = await judge.refusal(fact)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
