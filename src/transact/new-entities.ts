import { hasKeys } from '../base/has-keys.ts'
import { FIRST_USER_ID } from '../datom/ids.ts'
import { isSmall } from '../datom/read-value.ts'
import type { Attribute } from '../datom/schema.ts'
import { type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { ValueType } from '../datom/value-type.ts'
import { areTaken } from '../db/are-taken.ts'
import type { Db } from '../db/db.ts'
import { isRecord } from './map-form.ts'
import { type MapShape, MapShapes } from './map-shape.ts'
import { ownFacts } from './own-facts.ts'
import type { TransactEnv, Transaction } from './transaction.ts'
import { type ValueReader, valueReader } from './value-reader.ts'

/** Fewer forms are not worth a look of their own. */
const WORTH_WHILE = 8

/** Types of unique values that are texts of one kind, or numbers. */
const COMPARABLE: readonly ValueType[] = ['string', 'long', 'instant', 'keyword', 'symbol', 'uuid', 'uri']

/**
 * Decides a transaction that is nothing but maps which each make a new entity out of values that stand for themselves, as imports
 * are: what they say becomes datoms as it is read. undefined for any other, and for what is to be refused: that is the
 * general way's matter, which comes to the same wherever this one comes to something.
 */
export async function transactNew(
  db: Db,
  forms: readonly unknown[],
  env: TransactEnv,
): Promise<Transaction | undefined> {
  if (forms.length < WORTH_WHILE || env.ids !== undefined) return undefined
  const said = readNew(db, forms)
  if (said === undefined) return undefined
  for (const [a, values] of said.identities) if (await areTaken(db, a, values)) return undefined
  const { own, instant } = await ownFacts(db, new TxDataBuilder(), env)
  const { data, minted } = said.after(own, env.mint)
  return {
    data,
    instant,
    replaced: new Map(),
    empty: false,
    tempids: {},
    get ids() {
      return Object.fromEntries(minted.map((id, i) => [`~${i}`, id]))
    },
  }
}

function readNew(db: Db, forms: readonly unknown[]): NewEntities | undefined {
  const said = new NewEntities(db)
  try {
    for (const form of forms) if (!said.read(form)) return undefined // a hole is no form
    return said
  } catch {
    return undefined // which error is the first to be told depends on the order of reading
  }
}

/** A shape of which every value is read by itself. */
interface ReadableShape {
  readonly shape: MapShape
  /** In the order of the index by entity. */
  readonly keys: readonly string[]
  readonly attributes: readonly Attribute[]
  readonly ids: readonly number[]
  readonly readers: readonly ValueReader[]
}

/** What maps say of entities that nobody has spoken of, row by row. */
class NewEntities {
  /** Values that are claimed to be nobody else's, by attribute. */
  readonly identities = new Map<number, Value[]>()
  readonly #shapes: MapShapes
  readonly #readable = new Map<MapShape, ReadableShape | undefined>()
  #last: ReadableShape | undefined
  /** The shape of each entity, and the values of all. */
  readonly #rows: ReadableShape[] = []
  readonly #values: Value[] = []

  constructor(private readonly db: Db) {
    this.#shapes = new MapShapes(db.schema)
  }

  /** False when `form` says something else, or says it in another way. Throws `attribute/unknown`, `value/…`. */
  read(form: unknown): boolean {
    if (!isRecord(form)) return false
    const shape = this.#shapeOf(form)
    if (shape === undefined) return false
    const { keys, attributes, readers } = shape
    for (let i = 0; i < keys.length; i++) {
      const v = (readers[i] as ValueReader)(form[keys[i] as string])
      if (v === undefined) return false
      const a = attributes[i] as Attribute
      if (a.unique !== undefined && !this.#claim(a, v)) return false
      this.#values.push(v)
    }
    this.#rows.push(shape)
    return true
  }

  /** The datoms of all behind `own`, in the order in which they were read; the ids that were minted for them. */
  after(own: TxData, mint: () => number): { readonly data: TxData; readonly minted: readonly number[] } {
    const length = own.length + this.#values.length
    const e = new Int32Array(length)
    const a = new Int32Array(length)
    e.set(own.e)
    a.set(own.a)
    const minted: number[] = []
    let next = own.length
    for (const { ids } of this.#rows) {
      const id = mint()
      minted.push(id)
      a.set(ids, next)
      e.fill(id, next, next + ids.length)
      next += ids.length
    }
    const added = new Uint8Array(length).fill(1)
    return { data: { length, e, a, v: own.v.concat(this.#values), added, increments: [] }, minted }
  }

  #shapeOf(form: Readonly<Record<string, unknown>>): ReadableShape | undefined {
    if (this.#last !== undefined && hasKeys(form, this.#last.shape.keys)) return this.#last
    const shape = this.#shapes.of(Object.keys(form))
    if (shape === undefined) return undefined
    if (!this.#readable.has(shape)) this.#readable.set(shape, this.#readableShape(shape))
    this.#last = this.#readable.get(shape)
    return this.#last
  }

  #readableShape(shape: MapShape): ReadableShape | undefined {
    const attributes = shape.order.map((place) => shape.attributes[place] as Attribute)
    if (!attributes.every(isOrdinary)) return undefined
    const readers = attributes.map((a) => valueReader(this.db.schema, a))
    if (!readers.every((reader) => reader !== undefined)) return undefined
    const keys = shape.order.map((place) => shape.keys[place] as string)
    return { shape, keys, attributes, ids: attributes.map(({ id }) => id), readers }
  }

  /** False when it is too large to be looked up by. */
  #claim(a: Attribute, v: Value): boolean {
    const values = this.identities.get(a.id)
    if (values === undefined) this.identities.set(a.id, [v])
    else values.push(v)
    return isSmall(v)
  }
}

/** Whether nothing but the value's type decides what may be said of an attribute. */
const isOrdinary = (a: Attribute): boolean =>
  a.id >= FIRST_USER_ID && a.preds.length === 0 && (a.unique === undefined || COMPARABLE.includes(a.type))
