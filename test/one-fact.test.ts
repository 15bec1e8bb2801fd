import fc from 'fast-check'
import { expect, it } from 'vitest'
import { txOfT } from '../src/datom/ids.ts'
import type { Db, ReadLog } from '../src/db/db.ts'
import { emptyDb } from '../src/db/empty.ts'
import { entityId } from '../src/db/entity.ts'
import { schemaForms } from '../src/transact/install-schema.ts'
import { transactFact } from '../src/transact/one-fact.ts'
import { transact } from '../src/transact/transact.ts'
import { dbOf, env, outcome, uuid } from './support/deciding.ts'
import { isWhole, runs } from './support/seeds.ts'

const schema = {
  'x/id': { type: 'string', unique: 'identity' },
  'x/code': { type: 'uuid', unique: 'value' },
  'x/name': { type: 'string' },
  'x/n': { type: 'long', index: true },
  'x/price': { type: 'bigdec', noHistory: true },
  'x/kind': { type: 'keyword' },
  'x/color': { type: 'ref', idents: [':red', ':green'] },
  'x/tags': { type: 'string', many: true },
  'x/pair': { type: 'tuple', tupleTypes: ['long', 'long'] },
  'x/name+n': { type: 'tuple', tupleAttrs: ['x/name', 'x/n'] },
  'x/checked': { type: 'long' },
  'x/free': { type: 'long' },
} as const

const world = async (): Promise<Db> =>
  dbOf([
    ...schemaForms((await emptyDb()).schema, schema),
    [[':db/add', ':x/checked', 'db.attr/preds', 'is-even']],
    [
      { 'x/id': 'a', 'x/code': uuid(1), 'x/name': 'one', 'x/n': 1, 'x/price': '1.5', 'x/kind': ':k', 'x/free': 1 },
      { 'x/id': 'b', 'x/code': uuid(2), 'x/color': ':red', 'x/tags': ['t'], 'x/free': 2 },
      { 'db/id': 'gone', 'x/id': 'c', 'x/free': 3 },
    ],
    [[':db/retract', ['x/id', 'c'], 'x/free']],
  ])

const VALUES: readonly unknown[] = [
  ...[1, 2, -0, 1.5, 2 ** 60, 7n, '1.50', 'one', '\u0003', '\ud800', 'y'.repeat(2000), null, undefined, true],
  ...[
    ':k',
    ':red',
    ':blue',
    ':x/n',
    { $kw: ':k' },
    { $lit: 1 },
    { 'x/id': 'new' },
    ['x/id', 'a'],
    [1, 2],
    uuid(1),
    'new',
  ],
]

/** One form that says one fact, or nearly so. */
const formsOn = async (db: Db) => {
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => entityId(db, ['x/id', id])))
  const subject = fc.constantFrom<unknown>(
    ...[
      ['x/id', 'a'],
      ['x/id', 'b'],
      ['x/id', 'c'],
      ['x/id', 'nobody'],
      ['x/code', uuid(1)],
      ['x/nothing', 1],
    ],
    ...[
      ['x/name', 'one'],
      [{ $kw: ':x/id' }, 'a'],
      a,
      b,
      c,
      999_999,
      -1,
      txOfT(2),
      txOfT(999),
      ':red',
      'datomic.tx',
      'new',
      null,
    ],
  )
  const attribute = fc.constantFrom<unknown>(
    ...[
      ...Object.keys(schema),
      ':x/free',
      'x/_color',
      'db/doc',
      'db/ident',
      'tx/id',
      'db/ensure',
      'x/frre',
      { $kw: ':x/n' },
      7,
    ],
  )
  const likely = fc.tuple(
    fc.constantFrom<unknown>(['x/id', 'a'], ['x/id', 'b'], a, b),
    fc.constantFrom(['x/free', 1], ['x/free', 9], ['x/kind', ':k'], ['x/color', ':green'], ['x/price', '1.50']),
  )
  const fact = fc.oneof(
    likely.map(([e, [name, v]]) => [e, name, v]),
    fc.tuple(subject, attribute, fc.constantFrom(...VALUES)),
  )
  return fact.chain(([e, name, v]) =>
    fc.constantFrom<unknown>(
      [':db/add', e, name, v],
      ['db/add', e, name, v],
      [':db/add', e, name],
      [':db/add', e, name, v, v],
      { 'db/id': e, [String(name)]: v },
      { [String(name)]: v, 'db/id': e },
      { 'db/id': e },
      { 'db/id': e, [String(name)]: v, 'x/free': 5 },
    ),
  )
}

it('decides one fact as the general way does, whatever it says', async () => {
  const db = await world()
  let short = 0
  await fc.assert(
    fc.asyncProperty(await formsOn(db), async (form) => {
      const now = () => env(db.basisT + 1)
      // with ids of an earlier run there is the general way alone
      const general = await outcome(transact(db, [form], { ...now(), ids: {} }))
      expect(await outcome(transact(db, [form], now()))).toEqual(general)
      if ((await transactFact(db, [form], now())) !== undefined) short++
    }),
    runs(600),
  )
  if (isWhole()) expect(short).toBeGreaterThan(0)
})

it('is seen to read what it depends on, and waits for nothing that is in memory', async () => {
  const db = await world()
  const seen: unknown[] = []
  const reads: ReadLog = { note: (index, from) => seen.push([index, from]) }
  const a = (name: string) => db.schema.idents.get(name) as number
  const decided = transact({ ...db, reads }, [[':db/add', ['x/id', 'a'], 'x/free', 9]], env(db.basisT + 1))
  expect(decided).not.toBeInstanceOf(Promise)
  expect(seen).toEqual([
    ['avet', { a: a(':x/id'), v: 'a' }],
    ['aevt', { e: entityId(db, ['x/id', 'a']), a: a(':x/free') }],
  ])
})
