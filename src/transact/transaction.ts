import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'

/** The data of a transaction, pending or confirmed, from wherever the log is kept; undefined when it is not at hand. */
export type DatomsOf = (tx: number) => Promise<TxData | undefined>

/** What a transaction needs to know beside the database and its forms. */
export interface TransactEnv {
  /** The transaction's own entity and uuid. */
  readonly tx: number
  readonly txid: string
  /** Milliseconds since 1970; moved forward to the newest transaction's instant, for instants never decrease. */
  readonly now: number
  /** Mints an entity id. */
  readonly mint: () => number
  /** Ids that an earlier run gave to new entities, by tempid: they are used again where the entity is still new. */
  readonly ids?: Readonly<Record<string, number>>
  /** Facts about the transaction itself: attribute id and value. */
  readonly about?: readonly (readonly [number, Value])[]
  /** Runs a registered function; undefined when there is none of that name. */
  readonly call?: (db: Db, name: string, args: readonly unknown[]) => Promise<readonly unknown[]> | undefined
  /** Asks a registered predicate; undefined when there is none of that name. A Db among `args` is shown as applications see it. */
  readonly test?: (db: Db, name: string, args: readonly unknown[]) => Promise<unknown> | undefined
  /** Without it, all of history is read for the datoms of a transaction that is to be undone. */
  readonly datomsOf?: DatomsOf | undefined
  /** Whether a query finds a row. */
  readonly finds: (db: Db, query: unknown, inputs: readonly unknown[]) => Promise<boolean>
}

/** What a transaction comes to. Nothing is stored yet. */
export interface Transaction {
  readonly data: TxData
  /** Milliseconds since 1970. */
  readonly instant: number
  /** Every tempid's entity, those of maps without `db/id` under names starting with `~`. */
  readonly ids: Readonly<Record<string, number>>
  /** The part of `ids` that the application named, and the transaction itself where it was named. */
  readonly tempids: Readonly<Record<string, number>>
  /** Ids that `env.ids` proposed for entities which turned out to exist: proposed id to final id. */
  readonly replaced: ReadonlyMap<number, number>
  /** True when nothing but facts about the transaction itself came of it. */
  readonly empty: boolean
}
