import { Builtin } from '../../src/datom/builtin.ts'
import { ID_END, PENDING_BASE, txOfT } from '../../src/datom/ids.ts'
import { keywordValue, readValue } from '../../src/datom/read-value.ts'
import { TxDataBuilder } from '../../src/datom/tx-data.ts'
import { sameValue, type Value } from '../../src/datom/value.ts'
import type { ValueType } from '../../src/datom/value-type.ts'
import { applyTx } from '../../src/db/apply.ts'
import type { Db } from '../../src/db/db.ts'
import { emptyDb } from '../../src/db/empty.ts'
import { idOfValueType } from '../../src/db/schema-at.ts'
import type { Overlay } from './people.ts'

/** A generator of numbers from a seed: `pick(n)` is below n. */
export class Dice {
  constructor(private state: number) {}
  pick(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
  of<T>(items: readonly T[]): T {
    return items[this.pick(items.length)] as T
  }
  chance(percent: number): boolean {
    return this.pick(100) < percent
  }
}

export const NODES = [2001, 2002, 2003, 2004, 2005]
const LINKS = [3001, 3002, 3003, 3004, 3005, 3006]
const TEXTS = ['a', 'b', 'c', '\u0003d']

interface Def {
  readonly type: Exclude<ValueType, 'tuple'>
  readonly many?: true
  readonly index?: true
  readonly of: readonly number[]
  readonly values: readonly unknown[]
}
/** Edges between nodes, and edges that are entities between strings, or between numbers of two types. */
const ATTRIBUTES: Readonly<Record<string, Def>> = {
  next: { type: 'ref', many: true, of: NODES, values: NODES },
  up: { type: 'ref', of: NODES, values: NODES },
  from: { type: 'string', of: LINKS, values: TEXTS },
  to: { type: 'string', index: true, of: LINKS, values: TEXTS },
  low: { type: 'long', index: true, of: LINKS, values: [1, 2, 3] },
  high: { type: 'double', of: LINKS, values: [1, 2, 3, 1.5] },
  rank: { type: 'long', of: NODES, values: [0, 1, 2, 3] },
  big: { type: 'bigint', many: true, index: true, of: NODES, values: [1n, 2n, 3n] },
}

/** Some transactions over the graph, the last ones laid over the rest. */
export async function graph(dice: Dice, overlay: Overlay): Promise<Db> {
  const names = Object.keys(ATTRIBUTES)
  const idOf = (name: string): number => 1000 + names.indexOf(name)
  const schema = new TxDataBuilder()
  for (const name of names) {
    const def = ATTRIBUTES[name] as Def
    schema.push(idOf(name), Builtin.ident, keywordValue(name), 1)
    schema.push(idOf(name), Builtin.valueType, idOfValueType(def.type), 1)
    schema.push(idOf(name), Builtin.cardinality, def.many ? Builtin.many : Builtin.one, 1)
    if (def.index) schema.push(idOf(name), Builtin.index, true, 1)
  }
  for (const e of NODES) schema.push(e, Builtin.ident, keywordValue(`n${e}`), 1)
  let db = await applyTx(await emptyDb(), txOfT(1), schema, 1)
  const now = new Map<string, Value[]>()
  const count = 1 + dice.pick(4)
  for (let i = 0; i < count; i++) {
    const data = new TxDataBuilder()
    const touched = new Set<string>()
    for (let k = 4 + dice.pick(16); k > 0; k--) {
      const name = dice.of(['next', 'next', 'next', ...names])
      const def = ATTRIBUTES[name] as Def
      const e = dice.of(def.of)
      const v = readValue(def.type, dice.of(def.values), name)
      const key = `${e} ${name}`
      const touch = def.many ? `${key} ${String(v)}` : key
      if (touched.has(touch)) continue
      touched.add(touch)
      const known = now.get(key) ?? []
      const isKnown = known.some((x) => sameValue(x, v))
      if (isKnown && !dice.chance(50)) continue
      for (const x of known) if (isKnown ? sameValue(x, v) : !def.many) data.push(e, idOf(name), x, 0)
      const left = known.filter((x) => def.many && !sameValue(x, v))
      if (!isKnown) data.push(e, idOf(name), v, 1)
      now.set(key, isKnown ? known.filter((x) => !sameValue(x, v)) : [...left, v])
    }
    const t = i + 2
    const isLaid = overlay !== 'none' && i >= count / 2
    const tx = isLaid
      ? (overlay === 'pending' ? PENDING_BASE : PENDING_BASE + (ID_END - PENDING_BASE) / 2) + i
      : txOfT(t)
    data.push(tx, Builtin.txInstant, readValue('instant', new Date(t * 1000), 'tx'), 1)
    db = await applyTx(db, tx, data, isLaid ? db.basisT : t)
  }
  return db
}
