import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import type { Place } from '../db/index-order.ts'
import { countRows } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { EffectiveHistory } from './effective-history.ts'
import type { Refusal, UndoneFact } from './undo-plan.ts'
import type { Undos } from './undos.ts'

/** Tells which facts of one transaction can be reverted in `db`. */
export class FactJudge {
  readonly #history: EffectiveHistory
  /** What {@link goneSince} has answered, by entity. */
  readonly #gone = new Map<number, number | undefined>()

  constructor(
    private readonly db: Db,
    private readonly tx: number,
    undos: Undos,
  ) {
    this.#history = new EffectiveHistory(db, tx, undos)
  }

  /** Why a fact stays as it is; undefined when it can be reverted. */
  refusal(fact: UndoneFact): Promise<Refusal | undefined> {
    return fact.asserted ? this.#ofAssertion(fact) : this.#ofRetraction(fact)
  }

  /** The newest transaction after this one that spoke at `place`; undefined when none did. */
  async spokeAfter(place: Place & { readonly e: number }): Promise<number | undefined> {
    let newest: number | undefined
    for (const { tx } of await this.#history.of(place)) if (tx > this.tx && tx > (newest ?? 0)) newest = tx
    return newest
  }

  /** Whether anything that stands was said about an entity before this transaction. */
  async spokeBefore(e: number): Promise<boolean> {
    return (await this.#history.of({ e })).some((s) => s.tx < this.tx)
  }

  /** The transaction that later took an entity's last facts away; undefined while it is there or this one did. */
  async goneSince(e: number): Promise<number | undefined> {
    if (!this.#gone.has(e)) {
      const isThere = (await countRows(scan(this.db, 'eavt', { e }))) > 0
      this.#gone.set(e, isThere ? undefined : await this.spokeAfter({ e }))
    }
    return this.#gone.get(e)
  }

  /** The transaction that gave a unique value to the entity that has it; undefined when it is free, or this one did. */
  async takenBy(a: number, v: Value): Promise<number | undefined> {
    const owner = await entityWith(this.db, a, v)
    if (owner === undefined) return undefined
    const last = (await this.#history.of({ e: owner, a, v })).at(-1)
    return last?.tx === this.tx ? undefined : last?.tx
  }

  async #ofAssertion({ e, a, v }: UndoneFact): Promise<Refusal | undefined> {
    const last = (await this.#history.of({ e, a: a.id, v })).at(-1)
    if (last?.added === true && last.tx === this.tx) return undefined
    return { reason: 'superseded', by: last === undefined || last.tx <= this.tx ? undefined : last.tx }
  }

  async #ofRetraction({ e, a, v }: UndoneFact): Promise<Refusal | undefined> {
    const own = await this.#history.of({ e, a: a.id, v })
    // the past of an attribute without history cannot be asked: what stands now tells whether something came after
    const stands = a.noHistory || own.some((s) => s.tx === this.tx && !s.added)
    const later = await this.spokeAfter(a.many ? { e, a: a.id, v } : { e, a: a.id })
    if (later !== undefined || !stands) return { reason: 'superseded', by: later }
    const gone = await this.goneSince(e)
    if (gone !== undefined) return { reason: 'entity-gone', by: gone }
    if (a.type === 'ref') {
      const lost = await this.goneSince(v as number)
      if (lost !== undefined) return { reason: 'target-gone', by: lost }
    }
    if (a.unique !== undefined) {
      const taken = await this.takenBy(a.id, v)
      if (taken !== undefined) return { reason: 'unique-conflict', by: taken }
    }
    return undefined
  }
}
