import type { TimePoint } from '../api/db.ts'
import { AnnalsError } from '../base/errors.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { Builtin } from '../datom/builtin.ts'
import { ID_END, isConfirmedTx, isPendingTx, isTx, tOfTx, txOfT } from '../datom/ids.ts'
import { describe, instantValue, readValue } from '../datom/read-value.ts'
import { compareValues, type Value } from '../datom/value.ts'
import { type Db, resolveAlias, withoutView } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'

/**
 * The transaction entity that a point in time means in `db`: a `t` or a transaction by number (points beyond the newest are
 * legal), a transaction's id by text, and for a Date the greatest transaction whose instant is not later. Throws
 * `db/unknown-point`.
 */
export function txAt(db: Db, point: TimePoint): MaybePromise<number> {
  if (typeof point === 'number') {
    if (!Number.isInteger(point) || point < 0 || point >= ID_END) throw unknownPoint(point)
    return isTx(point) ? resolveAlias(db, point) : txOfT(point)
  }
  const plain = withoutView(db)
  if (point instanceof Date && !Number.isNaN(point.getTime())) {
    const confirmed = lastConfirmed(plain, instantValue(point.getTime()), 0, plain.basisT)
    return isPendingTx(plain.lastTx)
      ? andThen(confirmed, (t) => lastOfAll(plain, point.getTime(), txOfT(t)))
      : andThen(confirmed, txOfT)
  }
  if (typeof point !== 'string') throw unknownPoint(point)
  const found = entityWith(plain, Builtin.txId, readValue('uuid', point, 'a transaction id'))
  if (found instanceof Promise) return found.then((tx) => tx ?? unknownTx(point))
  return found ?? unknownTx(point)
}

/** The greatest `t` of `low ..= high` whose instant is not later than `until`, or `low`: instants never decrease. */
function lastConfirmed(db: Db, until: Value, low: number, high: number): MaybePromise<number> {
  if (low === high) return low
  const middle = Math.ceil((low + high) / 2)
  return andThen(instantOf(db, txOfT(middle)), (instant) =>
    instant !== undefined && compareValues(instant, until) <= 0
      ? lastConfirmed(db, until, middle, high)
      : lastConfirmed(db, until, low, middle - 1),
  )
}

/** Pending transactions carry their device's instants, which may lie among those of confirmed ones. */
async function lastOfAll(db: Db, ms: number, confirmed: number): Promise<number> {
  const a = Builtin.txInstant
  const from = await instantOf(db, confirmed)
  const rest = scan(db, 'avet', { a, v: from }, { a, v: instantValue(ms) })
  const last = await whenLoaded(rest, (found) => found.batches().at(-1))
  return last === undefined ? confirmed : (last.e[last.end - 1] as number)
}

const instantOf = (db: Db, tx: number): MaybePromise<Value | undefined> =>
  whenLoaded(scan(db, 'eavt', { e: tx, a: Builtin.txInstant }), (found) => valuesOf(found)[0])

/** The first `t` at a point or after it: for a Date the first whose instant is not earlier. */
export async function firstT(db: Db, point: TimePoint): Promise<number> {
  if (point instanceof Date) return (await lastT(db, new Date(point.getTime() - 1))) + 1
  return lastT(db, point)
}

/** The `t` of a point; what is pending has none yet, and lies beyond the newest. */
export async function lastT(db: Db, point: TimePoint): Promise<number> {
  const tx = await txAt(db, point)
  return isConfirmedTx(tx) ? tOfTx(tx) : db.basisT + 1
}

function unknownTx(id: string): never {
  throw new AnnalsError('log/unknown-transaction', `this database knows no transaction with the id ${id}`, { id })
}

function unknownPoint(point: unknown): AnnalsError {
  return new AnnalsError(
    'db/unknown-point',
    `a point in time is a t, a transaction, a transaction's id or a Date, got ${describe(point)}`,
  )
}
