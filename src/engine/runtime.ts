import type { Db as ApiDb } from '../api/db.ts'
import type { Functions, TxFunction } from '../api/functions.ts'
import type { Db } from '../db/db.ts'
import type { QueryEnv } from '../query/env.ts'
import { query } from '../query/query.ts'
import type { TransactEnv } from '../transact/transaction.ts'

/** What an open database may call on. */
export interface Runtime {
  readonly functions: Functions
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly queryEnv: QueryEnv
  /** The database value as functions and applications see it. */
  readonly show: (db: Db) => ApiDb
}

/** The part of a transaction's environment that is the same for all. */
export function runtimeEnv(runtime: Runtime): Pick<TransactEnv, 'call' | 'finds' | 'test'> {
  return {
    call: (db, name, args) => {
      const f = Object.hasOwn(runtime.functions, name) ? runtime.functions[name] : undefined
      if (f === undefined) return undefined
      return (async () => (f as TxFunction)(runtime.show(db), (args.length <= 1 ? args[0] : args) as never))()
    },
    test: (db, name, args) => {
      const f = Object.hasOwn(runtime.functions, name) ? runtime.functions[name] : undefined
      if (f === undefined) return undefined
      const shown = args.map((x) => (x === db ? runtime.show(db) : x))
      return (async () => (f as (...args: unknown[]) => unknown)(...shown))()
    },
    finds: async (db, q, inputs) => {
      const found = await query(db, q, inputs, runtime.queryEnv)
      return Array.isArray(found) ? found.length > 0 : found !== undefined && found !== null && found !== false
    },
  }
}
