import { isAnnalsError } from '../../src/base/errors.ts'
import type { MaybePromise } from '../../src/base/maybe-promise.ts'
import { txOfT } from '../../src/datom/ids.ts'
import { applyTx } from '../../src/db/apply.ts'
import type { Db } from '../../src/db/db.ts'
import { emptyDb } from '../../src/db/empty.ts'
import { transact } from '../../src/transact/transact.ts'
import type { TransactEnv, Transaction } from '../../src/transact/transaction.ts'

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Of the transaction at `t`. */
export const env = (t: number): TransactEnv => {
  let next = 2000 + 1000 * t
  return {
    tx: txOfT(t),
    txid: uuid(t),
    now: 1_700_000_000_000 + t,
    mint: () => next++,
    finds: async () => false,
    datomsOf: async () => undefined,
  }
}

/** The database in which all of these were said, one after another. */
export async function dbOf(transactions: readonly (readonly unknown[])[]): Promise<Db> {
  let db = await emptyDb()
  for (const [i, said] of transactions.entries()) {
    const { data } = await transact(db, said, env(i + 1))
    db = await applyTx(db, txOfT(i + 1), data, i + 1)
  }
  return db
}

/** What a transaction comes to, as far as anybody can tell. */
export async function outcome(deciding: MaybePromise<Transaction>): Promise<unknown> {
  try {
    const { data, ids, tempids, instant, empty, replaced } = await deciding
    const { length, e, a, v, added, increments } = data
    const columns = { e: [...e], a: [...a], v, added: [...added] }
    return { length, ...columns, increments, ids, tempids, instant, empty, replaced }
  } catch (e) {
    if (!isAnnalsError(e)) throw e
    return { code: e.code, message: e.message, data: e.data }
  }
}
