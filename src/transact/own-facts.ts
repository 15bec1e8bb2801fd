import { AnnalsError } from '../base/errors.ts'
import { andThen, type MaybePromise } from '../base/maybe-promise.ts'
import { Builtin } from '../datom/builtin.ts'
import { instantValue, readValue } from '../datom/read-value.ts'
import { instantMs } from '../datom/show-value.ts'
import { type TxData, TxDataBuilder } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import type { Db } from '../db/db.ts'
import type { IndexTree } from '../db/index-tree.ts'
import { valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import type { TransactEnv } from './transaction.ts'

/** The transaction's instant (ms since 1970), uuid and what else is known about it, as datoms; and the instant. */
export function ownFacts(db: Db, decided: TxData, env: TransactEnv): MaybePromise<OwnFacts> {
  // that time goes on concerns only those who say what time it is
  const saysInstant = decided.a.includes(Builtin.txInstant)
  return andThen(saysInstant ? newestInstant(db) : knownInstant(db), (last) =>
    factsAfter(last, decided, env, saysInstant),
  )
}

interface OwnFacts {
  readonly own: TxDataBuilder
  readonly instant: number
}

/** `last`: the instant of the newest transaction. */
function factsAfter(last: number, decided: TxData, env: TransactEnv, saysInstant: boolean): OwnFacts {
  let instant = Math.max(env.now, last)
  for (let i = 0; saysInstant && i < decided.length; i++) {
    if (decided.a[i] !== Builtin.txInstant) continue
    const asked = instantMs(decided.v[i] as Value)
    if (decided.e[i] !== env.tx || asked < last || asked > Math.max(env.now, last)) {
      throw new AnnalsError(
        'tx/bad-instant',
        `:db/txInstant may be given for the transaction itself only, not before the newest transaction's (${new Date(last).toISOString()}) and not in the future`,
        { asked: new Date(asked), newest: new Date(last) },
      )
    }
    instant = asked
  }
  const own = new TxDataBuilder()
  own.push(env.tx, Builtin.txInstant, instantValue(instant), 1)
  own.push(env.tx, Builtin.txId, readValue('uuid', env.txid, ':tx/id'), 1)
  for (const [a, v] of env.about ?? []) own.push(env.tx, a, v, 1)
  return { own, instant }
}

/** As {@link newestInstant}, unwatched; looked up once for all that are decided on one value. */
const instants = new WeakMap<IndexTree, { readonly tx: number; readonly instant: number }>()

function knownInstant(db: Db): MaybePromise<number> {
  const { eavt } = db.present
  const known = instants.get(eavt)
  if (known?.tx === db.lastTx) return known.instant
  return andThen(newestInstant({ ...db, reads: undefined }), (instant) => {
    instants.set(eavt, { tx: db.lastTx, instant })
    return instant
  })
}

/** The instant of the newest transaction in `db`, ms since 1970: the greatest, for they never decrease. */
function newestInstant(db: Db): MaybePromise<number> {
  return whenLoaded(scan(db, 'eavt', { e: db.lastTx, a: Builtin.txInstant }), (found) => {
    const [newest] = valuesOf(found)
    return newest === undefined ? 0 : instantMs(newest)
  })
}
