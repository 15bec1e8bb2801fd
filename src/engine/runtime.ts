import type { Db as ApiDb, QueryOptions } from '../api/db.ts'
import type { Functions, TxFunction } from '../api/functions.ts'
import { AnnalsError, isAnnalsError } from '../base/errors.ts'
import type { Db } from '../db/db.ts'
import type { QueryEnv } from '../query/env.ts'
import { query } from '../query/query.ts'
import type { DatomsOf, TransactEnv } from '../transact/transaction.ts'
import type { Lack } from './written-places.ts'

/** What an open database may call on. */
export interface Runtime {
  readonly functions: Functions
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly queryEnv: QueryEnv
  /** What a query within a transaction may take. */
  readonly queryLimits?: QueryOptions
  /** The database value as functions and applications see it, with the log it comes from. */
  readonly show: (db: Db, datomsOf: DatomsOf | undefined) => ApiDb
  /**
   * The newest confirmed value, standing on segments that are there: set by the ledger that is opened with this. Waits for its turn, so
   * that nothing may ask within a step of the ledger.
   */
  confirmed?: () => Promise<Db>
}

/** What a transaction may ask beside the indexes. */
type Asked = Pick<TransactEnv, 'call' | 'finds' | 'test' | 'datomsOf'>

/** The part of a transaction's environment that is the same for all. */
export function runtimeEnv(runtime: Runtime, datomsOf: DatomsOf | undefined): Asked {
  return {
    datomsOf,
    call: (db, name, args) => {
      const f = Object.hasOwn(runtime.functions, name) ? runtime.functions[name] : undefined
      if (f === undefined) return undefined
      const given = (args.length <= 1 ? args[0] : args) as never
      return refusing(name, async () => (f as TxFunction)(runtime.show(db, datomsOf), given))
    },
    test: (db, name, args) => {
      const f = Object.hasOwn(runtime.functions, name) ? runtime.functions[name] : undefined
      if (f === undefined) return undefined
      const shown = args.map((x) => (x === db ? runtime.show(db, datomsOf) : x))
      return (async () => (f as (...args: unknown[]) => unknown)(...shown))()
    },
    finds: async (db, q, inputs) => {
      const found = await query(db, q, inputs, runtime.queryEnv, runtime.queryLimits)
      return Array.isArray(found) ? found.length > 0 : found !== undefined && found !== null && found !== false
    },
  }
}

/** The same on a value that lacks others, which must not be asked. */
export function askedEnv(runtime: Runtime, datomsOf: DatomsOf | undefined, lack: Lack | undefined): Asked {
  if (lack === undefined) return runtimeEnv(runtime, datomsOf)
  const refuse = (): never => {
    lack.feel()
    throw new Error('not to be asked')
  }
  return { call: refuse, test: refuse, finds: refuse, datomsOf: refuse }
}

/** What a function of the application throws is its refusal: `tx/refused`, unless it has a code of its own. */
async function refusing<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (isAnnalsError(cause)) throw cause
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new AnnalsError('tx/refused', `the function ${name} refuses it: ${said}`, { function: name }, { cause })
  }
}
