import { AnnalsError } from '../base/errors.ts'
import { Builtin } from '../datom/builtin.ts'
import { isTx } from '../datom/ids.ts'
import type { Attribute } from '../datom/schema.ts'
import type { Db } from '../db/db.ts'
import { Lookup, type Names } from './entity-form.ts'
import type { Op } from './op.ts'
import { planUndo } from './plan-undo.ts'
import { idOf } from './resolve-tempids.ts'
import type { DatomsOf, TransactEnv } from './transaction.ts'
import { txDatoms } from './tx-datoms.ts'
import type { UndoneTx } from './undo-plan.ts'

/** `[:db/undo transaction …]`: what still stands of the transactions, reverted; and that they were undone. */
export async function undoOps(db: Db, names: Names, args: readonly unknown[], env: TransactEnv): Promise<Op[]> {
  if (args.length === 0) throw new AnnalsError('tx/malformed', ':db/undo is written [:db/undo transaction …]', {})
  const datomsOf: DatomsOf = async (tx) => env.datomsOf?.(tx)
  const targets: UndoneTx[] = []
  for (const arg of args) {
    const target = names.entity(arg)
    if (target instanceof Lookup) await target.resolve(db)
    const tx = idOf(target)
    if (!isTx(tx)) {
      throw new AnnalsError('tx/malformed', `:db/undo wants transactions, and entity ${tx} is none`, { entity: tx })
    }
    if (targets.some((t) => t.tx === tx)) continue
    targets.push({ tx, data: (await datomsOf(tx)) ?? (await txDatoms(db, tx)) })
  }
  const { change } = await planUndo(db, targets, datomsOf)
  const undoes = db.schema.attributes.get(Builtin.txUndoes) as Attribute
  return [
    ...targets.map(({ tx }): Op => ({ op: 'add', e: env.tx, a: undoes, v: tx })),
    ...change.facts.map(({ e, a, v, asserted }): Op => ({ op: asserted ? 'retract' : 'add', e, a, v })),
    ...change.increments.map((increment): Op => ({ op: 'takeBack', increment })),
  ]
}
