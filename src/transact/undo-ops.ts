import { AnnalsError } from '../base/errors.ts'
import { Builtin } from '../datom/builtin.ts'
import { isTx } from '../datom/ids.ts'
import { type Attribute, withoutColon } from '../datom/schema.ts'
import type { Db } from '../db/db.ts'
import { Lookup, type Names } from './entity-form.ts'
import { entriesOf } from './map-form.ts'
import { nameOf } from './map-key.ts'
import type { Op } from './op.ts'
import { planUndo } from './plan-undo.ts'
import { idOf } from './resolve-tempids.ts'
import type { DatomsOf, TransactEnv } from './transaction.ts'
import { txDatoms } from './tx-datoms.ts'
import type { UndoneTx } from './undo-plan.ts'
import { refusePartial, undoReport } from './undo-report.ts'

/**
 * `[:db/undo transaction … {:strict true}?]`: what still stands of the transactions, reverted; and that they were undone. Throws
 * `tx/undo-conflict` where it is to be strict and something does not stand any more.
 */
export async function undoOps(db: Db, names: Names, args: readonly unknown[], env: TransactEnv): Promise<Op[]> {
  const { named, strict } = readArgs(args)
  const datomsOf: DatomsOf = async (tx) => env.datomsOf?.(tx)
  const targets: UndoneTx[] = []
  for (const arg of named) {
    const target = names.entity(arg)
    if (target instanceof Lookup) await target.resolve(db)
    const tx = idOf(target)
    if (!isTx(tx)) {
      throw new AnnalsError('tx/malformed', `:db/undo wants transactions, and entity ${tx} is none`, { entity: tx })
    }
    if (targets.some((t) => t.tx === tx)) continue
    targets.push({ tx, data: (await datomsOf(tx)) ?? (await txDatoms(db, tx)) })
  }
  const plan = await planUndo(db, targets, datomsOf)
  if (strict) refusePartial(undoReport(plan))
  const { change } = plan
  const undoes = db.schema.attributes.get(Builtin.txUndoes) as Attribute
  return [
    ...targets.map(({ tx }): Op => ({ op: 'add', e: env.tx, a: undoes, v: tx })),
    ...change.facts.map(({ e, a, v, asserted }): Op => ({ op: asserted ? 'retract' : 'add', e, a, v })),
    ...change.increments.map((increment): Op => ({ op: 'takeBack', increment })),
  ]
}

/** The transactions as they are named, and the option that may follow them. */
function readArgs(args: readonly unknown[]): { readonly named: readonly unknown[]; readonly strict: boolean } {
  const options = entriesOf(args.at(-1))
  const named = options === undefined ? args : args.slice(0, -1)
  const known = (options ?? []).every(([k, v]) => withoutColon(nameOf(k) ?? '') === 'strict' && typeof v === 'boolean')
  if (named.length === 0 || !known) {
    throw new AnnalsError('tx/malformed', ':db/undo is written [:db/undo transaction … {:strict true}?]')
  }
  return { named, strict: options?.some(([, v]) => v === true) === true }
}
