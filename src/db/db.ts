import type { Schema } from '../datom/schema.ts'
import { type Index, type Order, PAST_ORDERS, type Place } from './index-order.ts'
import { emptyIndex, type IndexTree } from './index-tree.ts'

/** Which facts a db value shows. Bounds are transaction entities: `asOf` is included, `since` is not. */
export interface View {
  readonly asOf: number | undefined
  readonly since: number | undefined
  /** All assertions and retractions, instead of what holds. */
  readonly history: boolean
}
export const PLAIN_VIEW: View = { asOf: undefined, since: undefined, history: false }

export type Trees = Readonly<Record<Index, IndexTree>>

/** Hears of every range that is read of a database value. */
export interface ReadLog {
  note(index: Index, from: Place, to: Place): void
}

/** A database value. Nothing in it ever changes; a later one shares what did not change. */
export interface Db {
  readonly schema: Schema
  /** The `t` of the newest confirmed transaction in it. */
  readonly basisT: number
  /** The newest transaction in it, pending ones included. */
  readonly lastTx: number
  /** Facts that hold. */
  readonly present: Trees
  /** Facts that held, with the transaction that ended them. */
  readonly past: Trees
  /** Ids that were minted here and turned out to be another entity's, or were provisional: to the final id. */
  readonly aliases: ReadonlyMap<number, number>
  readonly view: View
  /** Set while it is watched what is read, ids that stand for others included; the schema is not. */
  readonly reads?: ReadLog | undefined
  /** What was pending and refused when the value was taken, as tuples: the source `$queue`. Absent where there is none. */
  readonly queue?: (() => readonly unknown[]) | undefined
}

const PRESENT_ORDERS: Readonly<Record<Index, Order>> = { eavt: 'eavt', aevt: 'aevt', avet: 'avet', vaet: 'vaet' }

const noTrees = (orders: Readonly<Record<Index, Order>>): Trees => ({
  eavt: emptyIndex(orders.eavt),
  aevt: emptyIndex(orders.aevt),
  avet: emptyIndex(orders.avet),
  vaet: emptyIndex(orders.vaet),
})
export const noPresent = (): Trees => noTrees(PRESENT_ORDERS)
export const noPast = (): Trees => noTrees(PAST_ORDERS)

/** The final id of `id`, which is usually itself. */
export function resolveAlias(db: Db, id: number): number {
  const final = db.aliases.get(id)
  if (final === undefined) return id
  const place = { e: id }
  db.reads?.note('eavt', place, place)
  return final
}

/** The same value without its time view: what transactions run against. */
export const withoutView = (db: Db): Db => (db.view === PLAIN_VIEW ? db : { ...db, view: PLAIN_VIEW })

/** All that was ever said in a database, whatever view of it is given. */
export const wholeHistory = (db: Db): Db => ({ ...db, view: { ...PLAIN_VIEW, history: true } })
