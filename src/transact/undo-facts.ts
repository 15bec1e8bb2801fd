import { isSmall } from '../datom/read-value.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import type { Place } from '../db/index-order.ts'
import { countRows } from '../db/load.ts'
import { scan } from '../db/view.ts'
import { ByValue } from './by-value.ts'
import { EffectiveHistory, type Said } from './effective-history.ts'
import { placeKey, type Refusal, type UndoneFact } from './undo-plan.ts'
import type { Undos } from './undos.ts'

/** Tells which facts of one transaction can be reverted in `db`. */
export class FactJudge {
  readonly #history: EffectiveHistory
  /** What comes back of attributes of cardinality one, by place, and whose unique values. */
  readonly #restored = new Map<string, Value>()
  readonly #claimed = new ByValue<number>()
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
    return this.#newest(await this.#history.of(place))
  }

  #newest(said: readonly Said[]): number | undefined {
    let newest: number | undefined
    for (const { tx } of said) if (tx > this.tx && tx > (newest ?? 0)) newest = tx
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

  /** The transaction that gave a unique value to another entity than `e`; undefined when it is free, or this one did. */
  async takenBy(a: number, v: Value, e: number): Promise<number | undefined> {
    const owner = await entityWith(this.db, a, v)
    if (owner === undefined || owner === e) return undefined
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
    const said = a.many ? own : await this.#history.of({ e, a: a.id })
    const later = this.#newest(said)
    if (later !== undefined || !stands) return { reason: 'superseded', by: later }
    const gone = await this.goneSince(e)
    if (gone !== undefined) return { reason: 'entity-gone', by: gone }
    if (a.type === 'ref') {
      const lost = await this.goneSince(v as number)
      if (lost !== undefined) return { reason: 'target-gone', by: lost }
    }
    // what it leaves standing, or brings back itself, of an attribute that had many values then
    const place = placeKey(e, a.id)
    const isTaken = standing(said).some((s) => s.tx !== this.tx) || (this.#restored.get(place) ?? v) !== v
    if (!a.many && isTaken) return { reason: 'superseded', by: undefined }
    if (a.unique !== undefined) {
      const taken = await this.takenBy(a.id, v, e)
      const isFree = taken === undefined && (this.#claimed.get(a.id, v) ?? e) === e
      if (!isFree) return { reason: 'unique-conflict', by: taken }
      if (!isSmall(v)) return { reason: 'schema', by: undefined }
      this.#claimed.set(a.id, v, e)
    }
    if (!a.many) this.#restored.set(place, v)
    return undefined
  }
}

/** What holds of what was said, oldest first, of one entity and attribute. */
function standing(said: readonly Said[]): Said[] {
  const last = new Map<Value, Said>()
  for (const s of said) last.set(s.v, s)
  return [...last.values()].filter((s) => s.added)
}
