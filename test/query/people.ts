import fc from 'fast-check'
import { Builtin } from '../../src/datom/builtin.ts'
import { ID_END, PENDING_BASE, TX_BASE, txOfT } from '../../src/datom/ids.ts'
import { keywordValue, readValue } from '../../src/datom/read-value.ts'
import { TxDataBuilder } from '../../src/datom/tx-data.ts'
import { sameValue, type Value } from '../../src/datom/value.ts'
import type { ValueType } from '../../src/datom/value-type.ts'
import { applyTx } from '../../src/db/apply.ts'
import type { Db } from '../../src/db/db.ts'
import { emptyDb } from '../../src/db/empty.ts'
import { idOfValueType } from '../../src/db/schema-at.ts'

interface Def {
  readonly type: Exclude<ValueType, 'tuple'>
  readonly many?: true
  readonly unique?: true
  readonly index?: true
}

/** A small world of every kind of attribute. */
export const ATTRIBUTES = {
  name: { type: 'string' },
  email: { type: 'string', unique: true },
  age: { type: 'long' },
  height: { type: 'double', index: true },
  friend: { type: 'ref', many: true },
  boss: { type: 'ref' },
  tag: { type: 'keyword', many: true },
  nick: { type: 'string', many: true, index: true },
  points: { type: 'bigint' },
  price: { type: 'bigdec', index: true },
} as const satisfies Record<string, Def>
export type AttributeName = keyof typeof ATTRIBUTES
export const NAMES = Object.keys(ATTRIBUTES) as AttributeName[]
export const defOf = (name: AttributeName): Def => ATTRIBUTES[name]

const FIRST = 1000
export const PEOPLE = [2001, 2002, 2003, 2004, 2005, 2006]

const idOf = (name: AttributeName): number => FIRST + NAMES.indexOf(name)

/** Values of an attribute, few enough to meet each other; numbers meet across types. */
const POOLS: Readonly<Record<AttributeName, readonly unknown[]>> = {
  name: ['Ivan', 'Petr', 'Oleg'],
  email: ['a@x', 'b@x', 'c@x', 'd@x', 'e@x', 'f@x'],
  age: [1, 2, 3, 2001],
  height: [1, 1.5, 2],
  friend: PEOPLE,
  boss: PEOPLE,
  tag: [':red', ':blue', ':db/ident'],
  nick: ['Ivan', 'x', 'y', '\u0003odd'],
  points: [1n, 2n, 2n ** 70n],
  price: ['1', '1.5', '2.25'],
}
export const valuesOf = (name: AttributeName): readonly unknown[] => POOLS[name]

export interface Said {
  readonly e: number
  readonly name: AttributeName
  readonly v: unknown
  readonly retract: boolean
}

export const said: fc.Arbitrary<Said> = fc.constantFrom(...NAMES).chain((name) =>
  fc.record({
    e: fc.constantFrom(...PEOPLE),
    name: fc.constant(name),
    v: fc.constantFrom(...POOLS[name]),
    retract: fc.boolean().map((b) => b && name !== 'email'),
  }),
)

/** What the last transactions are: in the log like all others, a replica's pending ones, or tried with `with`. */
export type Overlay = 'none' | 'pending' | 'with'
const OVERLAY_TX = { pending: PENDING_BASE, with: PENDING_BASE + (ID_END - PENDING_BASE) / 2 }

/** The people after these transactions: cardinality one replaces, unique values belong to the first, redundant facts are no news. */
export async function people(txs: readonly (readonly Said[])[], overlay: Overlay = 'none'): Promise<Db> {
  const schema = new TxDataBuilder()
  for (const name of NAMES) {
    const def = defOf(name)
    const id = idOf(name)
    schema.push(id, Builtin.ident, keywordValue(name), 1)
    schema.push(id, Builtin.valueType, idOfValueType(def.type), 1)
    schema.push(id, Builtin.cardinality, def.many ? Builtin.many : Builtin.one, 1)
    if (def.unique) schema.push(id, Builtin.unique, Builtin.identity, 1)
    if (def.index) schema.push(id, Builtin.index, true, 1)
  }
  let db = await applyTx(await emptyDb(), txOfT(1), schema, 1)
  const now: { e: number; name: AttributeName; v: Value }[] = []
  for (const [i, saids] of txs.entries()) {
    const data = new TxDataBuilder()
    const touched = new Set<string>()
    for (const { e, name, v: raw, retract } of saids) {
      const def = defOf(name)
      const v = readValue(def.type, raw, name)
      const key = def.many ? `${e} ${name} ${String(v)}` : `${e} ${name}`
      if (touched.has(key)) continue
      touched.add(key)
      const same = now.findIndex((f) => f.e === e && f.name === name && sameValue(f.v, v))
      if (retract) {
        if (same === -1) continue
        data.push(e, idOf(name), (now[same] as { v: Value }).v, 0)
        now.splice(same, 1)
        continue
      }
      if (same !== -1 || (def.unique && now.some((f) => f.name === name && f.v === v))) continue
      const before = def.many ? -1 : now.findIndex((f) => f.e === e && f.name === name)
      if (before !== -1) {
        data.push(e, idOf(name), (now[before] as { v: Value }).v, 0)
        now.splice(before, 1)
      }
      data.push(e, idOf(name), v, 1)
      now.push({ e, name, v })
    }
    const at = i + 2
    const isLaid = overlay !== 'none' && i >= txs.length / 2
    const tx = isLaid ? OVERLAY_TX[overlay] + i : txOfT(at)
    data.push(tx, Builtin.txInstant, readValue('instant', new Date(at * 1000), 'tx'), 1)
    db = await applyTx(db, tx, data, isLaid ? db.basisT : at)
  }
  return db
}

export type ViewName = 'now' | 'asOf' | 'since' | 'history'
export function viewed(db: Db, view: ViewName, t: number): Db {
  const none = { asOf: undefined, since: undefined, history: false }
  if (view === 'now') return db
  if (view === 'history') return { ...db, view: { ...none, history: true } }
  return { ...db, view: { ...none, [view]: TX_BASE + t } }
}
