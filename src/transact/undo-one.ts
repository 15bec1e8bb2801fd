import { append } from '../base/append.ts'
import { Builtin } from '../datom/builtin.ts'
import { isTx } from '../datom/ids.ts'
import type { Increment, TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import type { DatomsOf } from './transaction.ts'
import { countersOf, recount } from './undo-counter.ts'
import { FactJudge } from './undo-facts.ts'
import {
  placeKey,
  type Refusal,
  type RevertedFact,
  type SkippedFact,
  type UndoChange,
  type UndoneFact,
  type UndoneTx,
} from './undo-plan.ts'
import { judgeSchema } from './undo-schema.ts'
import { Undos } from './undos.ts'

/** The undo of one transaction in `db`, once it is planned. */
export class UndoOne implements UndoChange {
  readonly facts: UndoneFact[] = []
  readonly increments: Increment[] = []
  readonly reverted: RevertedFact[] = []
  readonly skipped: SkippedFact[] = []
  readonly #undos: Undos
  readonly #judge: FactJudge

  constructor(
    private readonly db: Db,
    private readonly target: UndoneTx,
    datomsOf: DatomsOf,
  ) {
    this.#undos = new Undos(db, datomsOf)
    this.#judge = new FactJudge(db, target.tx, this.#undos)
  }

  async plan(): Promise<void> {
    const counters = countersOf(this.target)
    const schemas = new Map<number, UndoneFact[]>()
    for (const e of schemaEntities(this.target.data)) schemas.set(e, [])
    for (const fact of this.#stated()) {
      const group = counters.get(placeKey(fact.e, fact.a.id))?.facts ?? schemas.get(fact.e)
      if (group !== undefined) group.push(fact)
      else this.#settle(fact, await this.#judge.refusal(fact))
    }
    for (const counter of counters.values()) {
      const outcome = await recount(this.db, this.target.tx, counter, this.#judge, this.#undos)
      if ('reason' in outcome) this.#skip(counter.facts, outcome)
      else this.#take(outcome, counter.facts)
    }
    const gone = new Set<number>()
    for (const [e, facts] of [...schemas].sort(([, x], [, y]) => turnOf(x) - turnOf(y))) {
      const verdicts = await judgeSchema(this.db, this.#judge, e, facts, this.facts, gone)
      if (verdicts.every(([, refusal]) => refusal === undefined)) gone.add(e)
      for (const [fact, refusal] of verdicts) this.#settle(fact, refusal)
    }
  }

  /** The facts that an undo may touch. */
  *#stated(): Generator<UndoneFact> {
    const { data } = this.target
    for (let i = 0; i < data.length; i++) {
      const e = data.e[i] as number
      const a = this.db.schema.attributes.get(data.a[i] as number)
      if (a === undefined || a.tupleAttrs !== undefined || isTx(e)) continue
      yield { e, a, v: data.v[i] as Value, asserted: data.added[i] === 1 }
    }
  }

  #settle(fact: UndoneFact, refusal: Refusal | undefined): void {
    if (refusal === undefined) this.#take({ facts: [fact], increments: [] }, [fact])
    else this.#skip([fact], refusal)
  }

  /** Makes `change`, which reverts the transaction's `own` facts. */
  #take(change: UndoChange, own: readonly UndoneFact[]): void {
    append(this.facts, change.facts)
    append(this.increments, change.increments)
    for (const fact of own) this.reverted.push({ ...fact, tx: this.target.tx })
  }

  #skip(facts: readonly UndoneFact[], refusal: Refusal): void {
    for (const fact of facts) this.skipped.push({ ...fact, ...refusal, tx: this.target.tx })
  }
}

/** A composite tuple goes before what it joins, and comes back after it. */
function turnOf(facts: readonly UndoneFact[]): number {
  const joins = facts.find(({ a }) => a.id === Builtin.tupleAttrs)
  return joins === undefined ? 0 : joins.asserted ? -1 : 1
}

function schemaEntities(data: TxData): Set<number> {
  const out = new Set<number>()
  for (let i = 0; i < data.length; i++) if (isSchemaAttribute(data.a[i] as number)) out.add(data.e[i] as number)
  return out
}
