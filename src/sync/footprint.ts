import type { TxData } from '../datom/tx-data.ts'
import { unifyKey, type Value } from '../datom/value.ts'
import type { ReadLog } from '../db/db.ts'
import type { Index, Place } from '../db/index-order.ts'
import { isSchemaAttribute } from '../db/schema-at.ts'

/**
 * Parts of a database as short keys: `*` all of it; `e5` an entity; `a62` an attribute; `e5a62` an entity's attribute;
 * `a62=S1` a value of an attribute; `v5` whatever points at an entity. What a run reads and what a change says meet where
 * they have a key in common. Reaches disk: never give a key another meaning.
 */
export type Footprint = ReadonlySet<string>
const ALL = '*'
export const EVERYTHING: Footprint = new Set([ALL])
export const NOTHING: Footprint = new Set()

/** So many keys of one attribute are the attribute, and so many in all are everything: a footprint is small. */
const MOST_OF_ATTRIBUTE = 64
const MOST = 256
/** Characters of a value in a key; a longer one stands for its attribute. */
const LONGEST_VALUE = 64

const entity = (e: number): string => `e${e}`
const attribute = (a: number): string => `a${a}`
const entityAttribute = (e: number, a: number): string => `e${e}a${a}`
const referrers = (v: number): string => `v${v}`
function valueKey(a: number, v: Value): string {
  const text = String(unifyKey(v))
  return text.length > LONGEST_VALUE ? attribute(a) : `a${a}=${text}`
}

/** Notes what is read of a database value. */
export class Reads implements ReadLog {
  readonly #keys = new Set<string>()
  readonly #byAttribute = new Map<number, string[]>()

  /** `further` is told of it too. */
  constructor(private readonly further?: ReadLog) {}

  note(index: Index, from: Place, to: Place): void {
    this.further?.note(index, from, to)
    if (this.#keys.has(ALL)) return
    const key = from === to ? placeKey(index, from) : rangeKey(from, to)
    if (key === undefined) this.#everything()
    else this.#add(key, from.a)
  }

  /** What was read so far. */
  done(): Footprint {
    return this.#keys
  }

  #add(key: string, a: number | undefined): void {
    if (this.#keys.has(key) || (a !== undefined && this.#keys.has(attribute(a)))) return
    this.#keys.add(key)
    if (a !== undefined) this.#coarsen(key, a)
    if (this.#keys.size > MOST) this.#everything()
  }

  #coarsen(key: string, a: number): void {
    const keys = this.#byAttribute.get(a) ?? []
    keys.push(key)
    this.#byAttribute.set(a, keys)
    if (keys.length < MOST_OF_ATTRIBUTE) return
    for (const fine of keys) this.#keys.delete(fine)
    this.#keys.add(attribute(a))
  }

  #everything(): void {
    this.#keys.clear()
    this.#keys.add(ALL)
  }
}

/** undefined for everything. */
function placeKey(index: Index, { e, a, v }: Place): string | undefined {
  if (index === 'vaet') return typeof v === 'number' ? referrers(v) : undefined
  if (e !== undefined) return a === undefined ? entity(e) : entityAttribute(e, a)
  if (a === undefined) return undefined
  return v === undefined ? attribute(a) : valueKey(a, v)
}

const rangeKey = (from: Place, to: Place): string | undefined =>
  from.a !== undefined && from.a === to.a
    ? from.e !== undefined && from.e === to.e
      ? entityAttribute(from.e, from.a)
      : attribute(from.a)
    : undefined

/** What has changed, for those whose footprint it may meet. */
export class News {
  readonly #keys = new Set<string>()

  get any(): boolean {
    return this.#keys.size > 0
  }

  /** Facts that have come or gone; with `own`, only those about that entity. */
  addFacts({ length, e, a, v }: TxData, own?: number): void {
    for (let i = 0; i < length; i++) {
      if (own === undefined || e[i] === own) this.#addFact(e[i] as number, a[i] as number, v[i] as Value)
    }
  }

  /** Ids that mean other entities than before. */
  addAliases(pairs: Iterable<readonly [number, number]>): void {
    for (const [id, final] of pairs) this.#keys.add(entity(id)).add(entity(final))
  }

  /** Whether something that was read, or one of `ids`, which were found unused, has changed. */
  meets(read: Footprint, ids: Iterable<number>): boolean {
    const keys = this.#keys
    if (keys.size === 0) return false
    if (keys.has(ALL) || read.has(ALL)) return true
    for (const key of read) if (keys.has(key)) return true
    for (const id of ids) if (keys.has(entity(id))) return true
    return false
  }

  #addFact(e: number, a: number, v: Value): void {
    // the schema is read everywhere, and by no scan
    if (isSchemaAttribute(a)) this.#keys.add(ALL)
    this.#keys.add(entity(e)).add(attribute(a)).add(entityAttribute(e, a)).add(valueKey(a, v))
    if (typeof v === 'number') this.#keys.add(referrers(v))
  }
}
