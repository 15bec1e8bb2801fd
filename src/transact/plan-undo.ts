import { isTx } from '../datom/ids.ts'
import type { Attribute } from '../datom/schema.ts'
import { type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import { applyTx } from '../db/apply.ts'
import { type Db, withoutView } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import type { Place } from '../db/index-order.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import { scan } from '../db/view.ts'
import { EffectiveHistory } from './effective-history.ts'

/** One fact of a transaction, as its undo sees it. */
export interface UndoneFact {
  readonly e: number
  readonly a: Attribute
  readonly v: Value
  /** Whether the transaction had asserted it, so that undoing retracts it. */
  readonly asserted: boolean
}
export interface SkippedFact extends UndoneFact {
  readonly reason: 'superseded' | 'entity-gone' | 'target-gone' | 'unique-conflict' | 'schema'
  /** The transaction that spoke later, where one did. */
  readonly by: number | undefined
}
export interface UndoPlan {
  readonly revert: readonly UndoneFact[]
  readonly skipped: readonly SkippedFact[]
}

/** A transaction to undo, with its datoms. */
export interface UndoneTx {
  readonly tx: number
  readonly data: TxData
}

/**
 * What undoing `targets` would do in `db`: newest first, each on what the ones before left, merged into one set of facts. An
 * assertion is retracted while it still holds because of its transaction; a retraction is asserted again when nothing later
 * spoke about that entity and attribute (of one value) or that very fact (of many), and the entity and the target of a ref
 * are still there. What an undo took back counts as never said, so that undoing, redoing and undoing a set come out the same
 * in every order that is possible. Facts about transactions are never touched.
 */
export async function planUndo(db: Db, targets: readonly UndoneTx[]): Promise<UndoPlan> {
  let now = withoutView(db)
  const net = new Map<string, UndoneFact>()
  const skipped: SkippedFact[] = []
  const speculative = new Map<number, readonly number[]>()
  for (const { tx, data } of [...targets].sort((x, y) => y.tx - x.tx)) {
    const planner = new Planner(now, tx, new EffectiveHistory(now, tx, speculative))
    await planner.plan(data)
    skipped.push(...planner.skipped)
    const step = new TxDataBuilder()
    for (const fact of planner.revert) {
      const key = `${fact.e} ${fact.a.id} ${typeof fact.v} ${String(fact.v)}`
      if (net.get(key)?.asserted === !fact.asserted) net.delete(key)
      else net.set(key, fact)
      step.push(fact.e, fact.a.id, fact.v, fact.asserted ? 0 : 1)
    }
    if (targets.length === 1) break
    const undoing = now.lastTx + 1
    now = await applyTx(now, undoing, step, now.basisT)
    speculative.set(undoing, [tx])
  }
  return { revert: [...net.values()], skipped }
}

class Planner implements UndoPlan {
  readonly revert: UndoneFact[] = []
  readonly skipped: SkippedFact[] = []

  constructor(
    private readonly db: Db,
    private readonly tx: number,
    private readonly history: EffectiveHistory,
  ) {}

  async plan(data: TxData): Promise<void> {
    for (let i = 0; i < data.length; i++) {
      const e = data.e[i] as number
      const a = this.db.schema.attributes.get(data.a[i] as number)
      if (a === undefined || isTx(e)) continue
      const fact = { e, a, v: data.v[i] as Value, asserted: data.added[i] === 1 }
      if (isSchemaAttribute(a.id) && this.db.schema.attributes.has(e)) this.skip(fact, 'schema', undefined)
      else if (fact.asserted) await this.considerAssertion(fact)
      else await this.considerRetraction(fact)
    }
  }

  private skip(fact: UndoneFact, reason: SkippedFact['reason'], by: number | undefined): void {
    this.skipped.push({ ...fact, reason, by })
  }

  private async considerAssertion(fact: UndoneFact): Promise<void> {
    const said = await this.history.of({ e: fact.e, a: fact.a.id, v: fact.v })
    const last = said.at(-1)
    if (last?.added === true && last.tx === this.tx) this.revert.push(fact)
    else this.skip(fact, 'superseded', last === undefined || last.tx <= this.tx ? undefined : last.tx)
  }

  private async considerRetraction(fact: UndoneFact): Promise<void> {
    const { e, a, v } = fact
    const own = await this.history.of({ e, a: a.id, v })
    const stands = own.some((s) => s.tx === this.tx && !s.added)
    const later = await this.spokeAfter(a.many ? { e, a: a.id, v } : { e, a: a.id })
    if (later !== undefined || !stands) return this.skip(fact, 'superseded', later)
    const gone = await this.goneSince(e)
    if (gone !== undefined) return this.skip(fact, 'entity-gone', gone)
    if (a.type === 'ref') {
      const lost = await this.goneSince(v as number)
      if (lost !== undefined) return this.skip(fact, 'target-gone', lost)
    }
    if (a.unique !== undefined) {
      const taken = await this.takenBy(a.id, v)
      if (taken !== undefined) return this.skip(fact, 'unique-conflict', taken)
    }
    this.revert.push(fact)
  }

  /** The newest transaction after this one that spoke at `place`; undefined when none did. */
  private async spokeAfter(place: Place): Promise<number | undefined> {
    let newest: number | undefined
    for (const { tx } of await this.history.of(place)) if (tx > this.tx && tx > (newest ?? 0)) newest = tx
    return newest
  }

  /** The transaction that later took an entity's last facts away; undefined while it is there or this one did. */
  private async goneSince(e: number): Promise<number | undefined> {
    return scan(this.db, 'eavt', { e }).count > 0 ? undefined : this.spokeAfter({ e })
  }

  /** The transaction that gave a unique value to the entity that has it; undefined when it is free, or this one did. */
  private async takenBy(a: number, v: Value): Promise<number | undefined> {
    const owner = await entityWith(this.db, a, v)
    if (owner === undefined) return undefined
    const last = (await this.history.of({ e: owner, a, v })).at(-1)
    return last?.tx === this.tx ? undefined : last?.tx
  }
}
