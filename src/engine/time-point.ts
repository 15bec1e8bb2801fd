import type { TimePoint } from '../api/db.ts'
import { AnnalsError } from '../base/errors.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { Builtin } from '../datom/builtin.ts'
import { ID_END, isTx, txOfT } from '../datom/ids.ts'
import { describe, instantValue, readValue } from '../datom/read-value.ts'
import { type Db, resolveAlias, withoutView } from '../db/db.ts'
import { entityWith } from '../db/entity.ts'
import { whenLoaded } from '../db/load.ts'
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
    const a = Builtin.txInstant
    const until = scan(plain, 'avet', { a }, { a, v: instantValue(point.getTime()) })
    return whenLoaded(until, (found) => {
      const last = found.batches().at(-1)
      return last === undefined ? txOfT(0) : (last.e[last.end - 1] as number)
    })
  }
  if (typeof point !== 'string') throw unknownPoint(point)
  const found = entityWith(plain, Builtin.txId, readValue('uuid', point, 'a transaction id'))
  if (found instanceof Promise) return found.then((tx) => tx ?? unknownTx(point))
  return found ?? unknownTx(point)
}

function unknownTx(id: string): never {
  throw new AnnalsError('log/unknown-transaction', `this database knows no transaction with the id ${id}`, { id })
}

function unknownPoint(point: unknown): AnnalsError {
  return new AnnalsError(
    'db/unknown-point',
    `a point in time is a t, a transaction, a transaction's id or a Date, got ${describe(point)}`,
    {},
  )
}
