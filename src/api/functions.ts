import type { Db } from './db.ts'

/**
 * A transaction function: reads the value before its transaction and returns tx-data in its place. Pure: whatever else it
 * needs (ids, the time) is in `args`. It runs again when its transaction is rebased, and on the server.
 */
export type TxFunction = (db: Db, args: never) => readonly unknown[] | Promise<readonly unknown[]>

/** An application's functions by the name that tx-data calls them by, such as 'order/place'. */
export type Functions = Readonly<Record<string, TxFunction>>
