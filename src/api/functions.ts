import type { Db } from './db.ts'

/**
 * A transaction function: reads the value before its transaction and returns tx-data in its place. Pure: whatever else it
 * needs (ids, the time) is in `args`. It runs again when its transaction is rebased, and on the server.
 */
export type TxFunction = (db: Db, args: never) => readonly unknown[] | Promise<readonly unknown[]>

/**
 * Any other function that an application registers: for queries (a value for each row; null drops it), as an aggregate (a
 * value for the list of a group's values, the last argument; what stands before the variable comes before it), as pull's `xform`, as an
 * attribute's or entity's predicate. Synchronous and pure. Described by what all functions have, so that the parameters of
 * transaction functions need no types where they are written.
 */
export interface ValueFunction {
  readonly name: string
  readonly length: number
  apply(self: unknown, args: never): unknown
}

/** An application's functions by the names that transaction data, queries and patterns call them by, such as 'order/place'. */
export type Functions = Readonly<Record<string, TxFunction | ValueFunction>>
