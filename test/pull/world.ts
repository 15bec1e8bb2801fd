import { Builtin } from '../../src/datom/builtin.ts'
import { txOfT } from '../../src/datom/ids.ts'
import { keywordValue, readValue } from '../../src/datom/read-value.ts'
import { TxDataBuilder } from '../../src/datom/tx-data.ts'
import type { ValueType } from '../../src/datom/value-type.ts'
import { applyTx } from '../../src/db/apply.ts'
import type { Db } from '../../src/db/db.ts'
import { emptyDb } from '../../src/db/empty.ts'
import { idOfValueType } from '../../src/db/schema-at.ts'

export interface AttributeDef {
  readonly type: Exclude<ValueType, 'tuple'>
  readonly many?: true
  readonly component?: true
  readonly index?: true
}
/** Entity, attribute, value; the last `false` retracts. */
export type Fact = readonly [e: number, a: string, v: unknown, added?: false]

/** Ids of the attributes of {@link world}, in the order of their definitions. */
export const FIRST_ATTRIBUTE = 1000

/** A database with these attributes at t = 1 and each list of facts as a transaction after it. */
export async function world(
  defs: Readonly<Record<string, AttributeDef>>,
  ...txs: readonly (readonly Fact[])[]
): Promise<Db> {
  const data = new TxDataBuilder()
  Object.entries(defs).forEach(([name, def], i) => {
    const id = FIRST_ATTRIBUTE + i
    data.push(id, Builtin.ident, keywordValue(name), 1)
    data.push(id, Builtin.valueType, idOfValueType(def.type), 1)
    data.push(id, Builtin.cardinality, def.many ? Builtin.many : Builtin.one, 1)
    if (def.index) data.push(id, Builtin.index, true, 1)
    if (def.component) data.push(id, Builtin.isComponent, true, 1)
  })
  let db = await applyTx(await emptyDb(), txOfT(1), data, 1)
  for (const facts of txs) db = await say(db, facts)
  return db
}

/** `db` with one more transaction. */
export async function say(db: Db, facts: readonly Fact[]): Promise<Db> {
  const data = new TxDataBuilder()
  for (const [e, name, v, added] of facts) {
    const attribute = db.schema.attributes.get(db.schema.idents.get(`:${name}`) as number)
    if (attribute === undefined || attribute.type === 'tuple') throw new Error(`no attribute ${name}`)
    data.push(e, attribute.id, readValue(attribute.type, v, name), added === false ? 0 : 1)
  }
  return applyTx(db, txOfT(db.basisT + 1), data, db.basisT + 1)
}

export const asOf = (db: Db, t: number): Db => ({ ...db, view: { asOf: txOfT(t), since: undefined, history: false } })
export const since = (db: Db, t: number): Db => ({ ...db, view: { asOf: undefined, since: txOfT(t), history: false } })
export const history = (db: Db): Db => ({ ...db, view: { asOf: undefined, since: undefined, history: true } })
