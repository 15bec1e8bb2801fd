import { Builtin } from '../datom/builtin.ts'
import { isTx } from '../datom/ids.ts'
import type { Attribute } from '../datom/schema.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import { type Db, PLAIN_VIEW, withoutView } from '../db/db.ts'
import type { Place } from '../db/index-order.ts'
import { loadAll } from '../db/load.ts'
import type { Scan } from '../db/scan.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'
import { scan } from '../db/view.ts'

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

/**
 * What undoing transaction `tx`, whose datoms are `data`, would do in `db`. An assertion is retracted while it still holds
 * because of `tx` (or of a redo of it); a retraction is asserted again when nothing later spoke about that entity and
 * attribute (of one value) or that very fact (of many), and the entity and the target of a ref are still there. Facts about
 * transactions are never touched.
 */
export async function planUndo(db: Db, tx: number, data: TxData): Promise<UndoPlan> {
  const now = withoutView(db)
  const plan = new Planner(now, tx, await undosOf(now, tx))
  for (let i = 0; i < data.length; i++) {
    const e = data.e[i] as number
    const a = db.schema.attributes.get(data.a[i] as number)
    if (a === undefined || isTx(e)) continue
    await plan.consider({ e, a, v: data.v[i] as Value, asserted: data.added[i] === 1 })
  }
  return plan
}

class Planner implements UndoPlan {
  readonly revert: UndoneFact[] = []
  readonly skipped: SkippedFact[] = []
  private readonly history: Db

  constructor(
    private readonly db: Db,
    private readonly tx: number,
    private readonly chain: ReadonlySet<number>,
  ) {
    this.history = { ...db, view: { ...PLAIN_VIEW, history: true } }
  }

  async consider(fact: UndoneFact): Promise<void> {
    if (isSchemaAttribute(fact.a.id) && this.db.schema.attributes.has(fact.e))
      return this.skip(fact, 'schema', undefined)
    if (fact.asserted) await this.considerAssertion(fact)
    else await this.considerRetraction(fact)
  }

  private skip(fact: UndoneFact, reason: SkippedFact['reason'], by: number | undefined): void {
    this.skipped.push({ ...fact, reason, by })
  }

  private async considerAssertion(fact: UndoneFact): Promise<void> {
    const { e, a, v } = fact
    const now = await loaded(scan(this.db, 'eavt', { e, a: a.id, v }))
    const batch = now.batches()[0]
    const because = batch === undefined ? undefined : (batch.tx[batch.start] as number)
    if (because !== undefined && (because === this.tx || this.chain.has(because))) this.revert.push(fact)
    else this.skip(fact, 'superseded', because ?? (await this.spokeAfter({ e, a: a.id, v })))
  }

  private async considerRetraction(fact: UndoneFact): Promise<void> {
    const { e, a, v } = fact
    const later = await this.spokeAfter(a.many ? { e, a: a.id, v } : { e, a: a.id })
    if (later !== undefined) return this.skip(fact, 'superseded', later)
    const gone = await this.goneSince(e)
    if (gone !== undefined) return this.skip(fact, 'entity-gone', gone)
    if (a.type === 'ref') {
      const lost = await this.goneSince(v as number)
      if (lost !== undefined) return this.skip(fact, 'target-gone', lost)
    }
    if (a.unique !== undefined) {
      const owner = await loaded(scan(this.db, 'avet', { a: a.id, v }))
      const batch = owner.batches()[0]
      if (batch !== undefined) return this.skip(fact, 'unique-conflict', batch.tx[batch.start])
    }
    this.revert.push(fact)
  }

  /** The newest transaction after `tx` that asserted or retracted facts at `place`; undefined when none did. */
  private async spokeAfter(place: Place): Promise<number | undefined> {
    let newest: number | undefined
    const found = await loaded(scan(this.history, 'eavt', place))
    for (const b of found.batches()) {
      for (let i = b.start; i < b.end; i++) {
        const said = b.tx[i] as number
        if (said > this.tx && said > (newest ?? 0) && !this.chain.has(said)) newest = said
      }
    }
    return newest
  }

  /** The transaction that, after `tx`, took an entity's last facts away; undefined while it is there or `tx` itself did. */
  private async goneSince(e: number): Promise<number | undefined> {
    return scan(this.db, 'eavt', { e }).count > 0 ? undefined : this.spokeAfter({ e })
  }
}

/** The undos of `tx`, their undos (redos), and so on: what they did is not "later", it is the same change going to and fro. */
async function undosOf(db: Db, tx: number): Promise<Set<number>> {
  const all = new Set<number>()
  let level = [tx]
  while (level.length > 0) {
    const scans = level.map((v) => scan(db, 'vaet', { v, a: Builtin.txUndoes }))
    await loadAll(scans)
    level = scans
      .flatMap((s) => s.batches().flatMap((b) => [...b.e.subarray(b.start, b.end)]))
      .filter((u) => !all.has(u))
    for (const u of level) all.add(u)
  }
  return all
}

async function loaded(found: Scan): Promise<Scan> {
  const loading = loadAll([found])
  if (loading !== undefined) await loading
  return found
}
