import { AnnalsError } from '../base/errors.ts'
import { Builtin } from '../datom/builtin.ts'
import { describe } from '../datom/read-value.ts'
import { showValue } from '../datom/show-value.ts'
import type { TxData } from '../datom/tx-data.ts'
import type { Value } from '../datom/value.ts'
import { applyTx } from '../db/apply.ts'
import type { Db } from '../db/db.ts'
import { countRows, valuesOf, whenLoaded } from '../db/load.ts'
import { scan } from '../db/view.ts'
import type { TransactEnv } from './transaction.ts'
import { unknownFunction } from './unknown-function.ts'

/** Facts about a transaction that only the engine and the server state. */
const STATED: readonly number[] = [
  Builtin.txId,
  Builtin.txBasis,
  Builtin.txReplica,
  Builtin.txUser,
  Builtin.txDeviceInstant,
]
/** Facts that a transaction may state about itself only. */
const OF_ITSELF: readonly number[] = [Builtin.txUndoes, Builtin.txRetryOf, Builtin.txMigration]

/**
 * Refuses what an application may not say of a transaction. Throws `tx/malformed`. `used`: the attributes of the facts, here
 * and below.
 */
export function checkOwnFacts(db: Db, data: TxData, used: ReadonlySet<number>, tx: number): void {
  if (![...STATED, ...OF_ITSELF].some((a) => used.has(a))) return
  for (let i = 0; i < data.length; i++) {
    const a = data.a[i] as number
    const e = data.e[i] as number
    const stated = STATED.includes(a)
    if (!stated && (!OF_ITSELF.includes(a) || e === tx)) continue
    const ident = db.schema.identOf.get(a)
    throw new AnnalsError(
      'tx/malformed',
      stated ? `${ident} is stated by the database itself` : `${ident} may be said by a transaction of itself only`,
      { attribute: ident, entity: e },
    )
  }
}

/** Asks the predicates of attributes (`db.attr/preds`) about every asserted value. Throws `tx/ensure-failed`. */
export async function checkPredicates(
  db: Db,
  data: TxData,
  used: ReadonlySet<number>,
  env: TransactEnv,
): Promise<void> {
  if (![...used].some((a) => (db.schema.attributes.get(a)?.preds.length ?? 0) > 0)) return
  for (let i = 0; i < data.length; i++) {
    if (data.added[i] === 0) continue
    const attribute = db.schema.attributes.get(data.a[i] as number)
    if (attribute === undefined) continue
    for (const name of attribute.preds) {
      const value = showValue(data.v[i] as Value)
      const returned = await answerOf(env, db, name, [value])
      if (returned === true) continue
      throw new AnnalsError('tx/ensure-failed', `${attribute.ident} ${describe(value)} does not satisfy ${name}`, {
        attribute: attribute.ident,
        entity: data.e[i],
        value,
        predicate: name,
        returned: shown(returned),
      })
    }
  }
}

/** An entity that a transaction wants checked, and the spec that says how. */
export interface Ensured {
  readonly e: number
  readonly spec: number
}

/**
 * Checks entities against their specs in the database after: `db.entity/attrs` must all be there, `db.entity/preds` must
 * all say true of it. Throws `tx/ensure-failed`.
 */
export async function checkEnsured(db: Db, data: TxData, ensured: readonly Ensured[], env: TransactEnv): Promise<void> {
  if (ensured.length === 0) return
  const after = await applyTx(db, env.tx, data, db.basisT)
  for (const { e, spec } of ensured) {
    const name = after.schema.identOf.get(spec) ?? String(spec)
    const missing: string[] = []
    for (const wanted of await valuesAt(db, spec, Builtin.entityAttrs)) {
      const a = after.schema.idents.get(wanted)
      const found = a === undefined ? 0 : await countRows(scan(after, 'eavt', { e, a }))
      if (found === 0) missing.push(wanted)
    }
    if (missing.length > 0) {
      throw new AnnalsError('tx/ensure-failed', `entity ${e} lacks ${missing.join(', ')}, which ${name} requires`, {
        entity: e,
        spec: name,
        missing,
      })
    }
    for (const predicate of await valuesAt(db, spec, Builtin.entityPreds)) {
      const returned = await answerOf(env, after, predicate, [after, e])
      if (returned === true) continue
      throw new AnnalsError('tx/ensure-failed', `entity ${e} does not satisfy ${predicate}, which ${name} requires`, {
        entity: e,
        spec: name,
        predicate,
        returned: shown(returned),
      })
    }
  }
}

async function valuesAt(db: Db, e: number, a: number): Promise<string[]> {
  return (await whenLoaded(scan(db, 'eavt', { e, a }), valuesOf)).map((v) => showValue(v) as string)
}

async function answerOf(env: TransactEnv, db: Db, name: string, args: readonly unknown[]): Promise<unknown> {
  const answer = env.test?.(db, name, args)
  if (answer !== undefined) return answer
  throw unknownFunction(name)
}

/** What an error can tell of anything that a function returned. */
const shown = (x: unknown): unknown =>
  (typeof x === 'object' && x !== null) || typeof x === 'function' || typeof x === 'symbol' ? describe(x) : (x ?? null)
