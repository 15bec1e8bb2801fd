import type { Db } from '../../src/api/db.ts'

export const SCHEMA = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/code': { type: 'long', unique: 'value' },
  'x/n': { type: 'long', index: true },
  'x/m': { type: 'long' },
  'x/nm': { type: 'tuple', tupleAttrs: ['x/n', 'x/m'], unique: 'value' },
  'x/tags': { type: 'string', many: true },
  'x/to': { type: 'ref' },
  'x/parts': { type: 'ref', many: true, component: true },
} as const
export const FUNCTIONS = {
  'x/next': async (db: Db, id: string) => {
    const n = (await db.q<number | undefined>('[:find (max ?n) . :where [_ :x/n ?n]]')) ?? 0
    return [{ 'x/id': id, 'x/n': n + 1 }]
  },
}

/** The `k`th transaction, of a database whose `t` is less than 100: forms that often speak of the same. */
export function someForms(int: (n: number) => number, k: number): unknown[] {
  const at = () => ['x/id', `e${int(10)}`]
  switch (int(16)) {
    case 0:
      return [{ 'x/id': `e${int(12)}`, 'x/n': int(5) }]
    case 1:
      return [{ 'x/id': `new${k}`, 'x/m': int(9), 'x/code': int(30) }]
    case 2:
      return [[':db/inc', at(), 'x/n', 1]]
    case 3:
      return [[':db/cas', at(), 'x/n', int(3), int(3)]]
    case 4:
      return [[':db/retractEntity', at()]]
    case 5:
      return [[':db/retract', at(), 'x/tags', 'a']]
    case 6:
      return [{ 'db/id': at(), 'x/tags': ['a', `t${int(4)}`], 'x/parts': [{ 'x/m': k }] }]
    case 7:
      return [{ 'db/id': at(), 'x/to': at() }]
    case 8:
      return [['x/next', `f${k}`]]
    case 9:
      return [{ 'db/ident': `:x/made${k}`, 'db/valueType': ':db.type/long', 'db/cardinality': ':db.cardinality/one' }]
    case 10:
      return [{ 'db/id': at(), [`x/made${k - 1 - int(4)}`]: k }]
    case 11:
      return [[':db/undo', 2 ** 29 + 3 + int(k + 3)]]
    case 12:
      return [
        [':db/require', '[:find ?e :where [?e :x/n 1]]'],
        [':db/add', at(), 'x/m', k],
      ]
    case 13:
      return [[':db/add', 'datomic.tx', 'db/txInstant', new Date(1_700_000_000_000 - int(2))]]
    case 14:
      return [[':db/add', 2 ** 29 + 3 + int(k + 3), 'db/doc', 'seen']]
    default:
      return [{ 'x/code': int(30), 'x/n': int(5), 'x/m': int(3) }]
  }
}
