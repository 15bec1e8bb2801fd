import { append } from '../base/append.ts'
import { AnnalsError } from '../base/errors.ts'
import { checkSmall, describe, tupleValue } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import { showValue } from '../datom/show-value.ts'
import type { Increment, TxDataBuilder } from '../datom/tx-data.ts'
import { sameValue, type Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import { factsOf } from '../db/facts-of.ts'
import { loadAll, valuesOf, whenLoaded } from '../db/load.ts'
import type { Scan } from '../db/scan.ts'
import { scan } from '../db/view.ts'
import { ByValue } from './by-value.ts'
import { incremented, plus } from './increment.ts'
import type { MapShape } from './map-shape.ts'
import { decideWish, includes, Wish } from './wish.ts'

const said = (v: Value): string => describe(showValue(v))

/**
 * Gathers what a transaction asserts and retracts, entity by entity and attribute by attribute, and decides the datoms:
 * redundant assertions and retractions fall away, a new value of a cardinality-one attribute retracts the old one.
 */
export class Changes {
  /** In the order of their first mention. */
  readonly #said: (Wish | Description)[] = []
  readonly #wishes: Wish[] = []
  /** The wishes by attribute, then entity. */
  readonly #byAttribute = new Map<number, Map<number, Wish>>()
  readonly #takenBack: Increment[] = []
  readonly #fresh: ReadonlySet<number>
  readonly #db: Db

  /** `fresh`: entities minted in this transaction, which have no facts to look up. */
  constructor(db: Db, fresh: ReadonlySet<number>) {
    this.#db = db
    this.#fresh = fresh
  }

  #wish(e: number, a: Attribute): Wish {
    let byEntity = this.#byAttribute.get(a.id)
    if (byEntity === undefined) {
      byEntity = new Map()
      this.#byAttribute.set(a.id, byEntity)
    }
    let wish = byEntity.get(e)
    if (wish === undefined) {
      wish = new Wish(e, a)
      byEntity.set(e, wish)
      this.#wishes.push(wish)
      this.#said.push(wish)
    }
    return wish
  }

  /**
   * All that is said of an entity that is new and of which nothing else is said; `values` by the shape's keys. Those that identify
   * it are known to be nobody's, and given to nobody else by a map.
   */
  describe(e: number, shape: MapShape, values: readonly Value[]): void {
    this.#said.push({ e, shape, values })
  }

  add(e: number, a: Attribute, v: Value): void {
    const wish = this.#wish(e, a)
    const { adds } = wish
    if (includes(adds, v)) return
    if (!a.many && adds.length > 0) {
      throw new AnnalsError(
        'tx/datoms-conflict',
        `entity ${e} is given two values for ${a.ident}, which has one: ${said(adds[0] as Value)} and ${said(v)}`,
        { e, attribute: a.ident, values: [showValue(adds[0] as Value), showValue(v)] },
      )
    }
    wish.add(v)
  }

  /** Without a value: every value that holds. */
  retract(e: number, a: Attribute, v: Value | undefined): void {
    const wish = this.#wish(e, a)
    if (v === undefined) wish.retractAll = true
    else if (!includes(wish.retracts, v)) wish.retract(v)
  }

  increment(e: number, a: Attribute, delta: number | bigint): void {
    const wish = this.#wish(e, a)
    wish.increment = wish.increment === undefined ? delta : plus(wish.increment, delta)
  }

  /** Records what an undo takes off a number. */
  takeBack(increment: Increment): void {
    this.#takenBack.push(increment)
  }

  /** The datoms, ordered by entity as first mentioned. Throws `tx/datoms-conflict`, `tx/unique-conflict`, `value/out-of-range`. */
  async decide(out: TxDataBuilder): Promise<void> {
    const wishes = this.#wishes
    const scans: Scan[] = []
    for (const w of wishes) {
      if (this.#fresh.has(w.e)) continue
      w.found = factsOf(this.#db, wishes.length === 1 ? 'aevt' : 'eavt', w.e, w.a.id)
      scans.push(w.found)
    }
    const loading = loadAll(scans)
    if (loading !== undefined) await loading
    /** Places of facts about unique attributes that somebody else may have or be given. */
    const unique: number[] = []
    for (const w of this.#said) {
      if (!(w instanceof Wish)) {
        this.#writeDescription(w, out, unique)
        continue
      }
      if (w.found !== undefined && w.found.count > 0) w.before = valuesOf(w.found)
      if (w.increment !== undefined) append(out.increments, this.#applyIncrement(w, w.increment))
      const start = out.length
      decideWish(w, out)
      if (w.a.unique !== undefined) for (let i = start; i < out.length; i++) unique.push(i)
    }
    append(out.increments, this.#takenBack)
    const composed = out.length
    await this.#keepComposites(out)
    for (let i = composed; i < out.length; i++) unique.push(i)
    await this.#checkUnique(out, unique)
  }

  #writeDescription({ e, shape, values }: Description, out: TxDataBuilder, unique: number[]): void {
    for (const i of shape.order) {
      const a = shape.attributes[i] as Attribute
      const v = values[i] as Value
      if (a.unique !== undefined) {
        checkLookedUp(a, v)
        const isKnownFree = a.unique === 'identity' && a.type !== 'ref' && a.type !== 'tuple'
        if (!isKnownFree || this.#byAttribute.has(a.id)) unique.push(out.length)
      }
      out.push(e, a.id, v, 1)
    }
  }

  /** What the transaction records of it: nothing where nothing is added. */
  #applyIncrement(w: Wish, delta: number | bigint): readonly Increment[] {
    const { e, a } = w
    if (w.adds.length > 0) {
      throw new AnnalsError(
        'tx/datoms-conflict',
        `entity ${e} is given a value for ${a.ident} and :db/inc in one transaction`,
        { e, attribute: a.ident },
      )
    }
    const sum = incremented(a, w.before[0], delta)
    if (sum === undefined) {
      throw new AnnalsError(
        'value/out-of-range',
        `:db/inc takes ${a.ident} of entity ${e} beyond what a ${a.type} can be`,
        {
          e,
          attribute: a.ident,
        },
      )
    }
    w.add(sum)
    return Number(delta) === 0 ? [] : [{ e, a: a.id, delta }]
  }

  /** Brings the composite tuples that are spoken about, or a member of them, up to date. */
  async #keepComposites(out: TxDataBuilder): Promise<void> {
    const { composites } = this.#db.schema
    if (composites.size === 0) return
    const touched = new Map<string, { e: number; tuple: Attribute }>()
    for (const { e, a } of this.#wishes) {
      const tuples = a.tupleAttrs === undefined ? (composites.get(a.id) ?? []) : [a]
      for (const tuple of tuples) touched.set(`${e} ${tuple.id}`, { e, tuple })
    }
    for (const { e, tuple } of touched.values()) {
      const members: (Value | null)[] = []
      for (const id of tuple.tupleAttrs ?? []) members.push((await this.#outcomeOf(e, id)) ?? null)
      const given = this.#byAttribute.get(tuple.id)?.get(e)
      const w = new Wish(e, tuple)
      w.before = await this.#valuesBefore(e, tuple.id)
      if (members.some((m) => m !== null)) w.add(tupleValue(members, tuple.ident))
      else w.retractAll = true
      if (given === undefined) decideWish(w, out)
      else if (!sameOutcome(given, w)) throw compositeGiven(tuple, e)
    }
  }

  /** What entity `e` will have for an attribute of cardinality one; undefined for nothing. */
  async #outcomeOf(e: number, a: number): Promise<Value | undefined> {
    const wish = this.#byAttribute.get(a)?.get(e)
    return wish === undefined ? (await this.#valuesBefore(e, a))[0] : wish.outcome
  }

  async #valuesBefore(e: number, a: number): Promise<readonly Value[]> {
    return this.#fresh.has(e) ? [] : whenLoaded(scan(this.#db, 'eavt', { e, a }), valuesOf)
  }

  /** No two entities may end with one value of a unique attribute. */
  async #checkUnique(out: TxDataBuilder, places: readonly number[]): Promise<void> {
    if (places.length === 0) return
    const claimed = new ByValue<number>()
    /** By the entities that had them. */
    const givenUp = new Map<number, ByValue<true>>()
    const given: { readonly e: number; readonly a: Attribute; readonly v: Value; readonly found: Scan }[] = []
    const { attributes } = this.#db.schema
    for (const i of places) {
      const a = attributes.get(out.a[i] as number)
      if (a?.unique === undefined) continue
      const v = out.v[i] as Value
      const e = out.e[i] as number
      checkLookedUp(a, v)
      if (out.added[i] === 0) {
        const values = givenUp.get(e) ?? new ByValue()
        givenUp.set(e, values)
        values.set(a.id, v, true)
        continue
      }
      const other = claimed.get(a.id, v)
      if (other !== undefined && other !== e) throw uniqueConflict(a, v, e, other)
      claimed.set(a.id, v, e)
      given.push({ e, a, v, found: scan(this.#db, 'avet', { a: a.id, v }) })
    }
    const loading = loadAll(given.map((g) => g.found))
    if (loading !== undefined) await loading
    for (const { e, a, v, found } of given) {
      const batch = found.batches()[0]
      if (batch === undefined) continue
      const owner = batch.e[batch.start] as number
      if (owner === e || givenUp.get(owner)?.get(a.id, v) === true) continue
      throw uniqueConflict(a, v, e, owner)
    }
  }
}

/** What one map says of an entity. */
interface Description {
  readonly e: number
  readonly shape: MapShape
  readonly values: readonly Value[]
}

/** Throws `value/too-large`. */
function checkLookedUp(a: Attribute, v: Value): void {
  if (typeof v === 'string') checkSmall(v, () => `${a.ident} is unique, and a value of it`)
}

function uniqueConflict(a: Attribute, v: Value, e: number, owner: number): AnnalsError {
  return new AnnalsError(
    'tx/unique-conflict',
    `${a.ident} ${said(v)} belongs to entity ${owner} and cannot be given to ${e}; name the entity by the lookup ref ['${a.name}', …] to change it`,
    { attribute: a.ident, value: showValue(v), entity: e, owner },
  )
}

const sameOutcome = (x: Wish, y: Wish): boolean =>
  x.outcome === undefined || y.outcome === undefined ? x.outcome === y.outcome : sameValue(x.outcome, y.outcome)

function compositeGiven(tuple: Attribute, e: number): AnnalsError {
  return new AnnalsError(
    'tx/datoms-conflict',
    `${tuple.ident} is made of other attributes of entity ${e}, and what is given for it differs from them: leave it out`,
    { e, attribute: tuple.ident },
  )
}
