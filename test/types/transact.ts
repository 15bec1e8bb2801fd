import { type Connection, type Db, defineFunctions, kw, lit } from 'annals'
import { is } from './equal.ts'
import type { schema } from './schema.ts'

export const functions = defineFunctions({
  'order/place': async (db, { sku, n }: { readonly sku: string; readonly n: number }) => [
    [':db/inc', (await db.entid(['inv/sku', sku])) as number, 'inv/count', -n],
  ],
  'order/move': async (_db, [from, to]: readonly [string, string]) => [from, to],
  'order/tidy': (_db: Db) => [],
  double: (n: number) => n * 2,
  big: (n: number) => (n > 5 ? n : null),
  spread: (xs: readonly number[]) => Math.max(...xs) - Math.min(...xs),
})
type Conn = Connection<typeof schema, typeof functions>

/** What transaction data may say. Compiled, never run. */
export async function maps(conn: Conn, text: string, maybe: number | undefined): Promise<void> {
  const report = await conn.transact([
    { 'inv/sku': 'SKU-1', ':inv/count': 7, 'inv/color': ':blue', 'inv/since': new Date(), 'inv/price': '1.50' },
    { 'db/id': 'tempid', 'inv/tags': [':new', kw('sale')], 'inv/aka': new Set(['a', text]), 'inv/stars': 7n },
    {
      'db/id': ['inv/sku', 'SKU-1'],
      'inv/color': 5,
      'item/inv': 'tempid',
      'part/of': [5, ['inv/sku', 'A'], ':x', text],
    },
    { 'db/id': 'datomic.tx', 'db/doc': 'why', 'tx/user': 'ada' },
    { 'inv/color': { 'db/ident': ':purple' }, 'order/items': [{ 'item/count': 2, 'item/inv': ['inv/sku', text] }] },
    {
      'inv/at': [1, null],
      'inv/sizes': [1, 2, 3],
      'inv/photo': new Uint8Array(),
      'inv/sold': true,
      'inv/aka': lit('?'),
    },
    { 'db/id': 5, 'inv/_color': [5, 'other', { 'inv/sku': 'B' }], 'order/_items': 'order' },
    { 'inv/sku': text, ...(maybe !== undefined && { 'inv/count': maybe }) },
  ])
  is<Db<typeof schema, typeof functions>>()(report.dbAfter)
  is<Db<typeof schema, typeof functions>>()((await conn.db().with([{ 'inv/sku': 'A' }])).dbAfter)
}

export async function lists(conn: Conn, built: readonly unknown[], made: object, edn: string): Promise<void> {
  await conn.transact([
    [':db/add', ['inv/sku', 'SKU-1'], 'inv/count', 7],
    ['db/add', 'tempid', ':inv/color', ':red'],
    [':db/retract', 5, 'inv/count'],
    [':db/retract', 5, 'inv/count', 7],
    [':db/cas', 5, 'inv/count', null, 7],
    [':db/inc', 5, 'inv/count', -1],
    [':db/retractEntity', ['inv/sku', 'SKU-1']],
    [':db/undo', ['tx/id', edn]],
    ['order/place', { sku: 'SKU-1', n: 1 }],
    [':order/move', 'A', 'B'],
    ['order/tidy'],
  ])
  await conn.transact(built)
  await conn.transact([...built, { 'inv/sku': 'A' }, made])
  await conn.transact(edn)
}

export async function refusals(conn: Conn): Promise<void> {
  // @ts-expect-error a name misspelt
  await conn.transact([{ 'inv/skuu': 'SKU-1' }])
  // @ts-expect-error a count is a number
  await conn.transact([{ 'inv/count': '7' }])
  // @ts-expect-error there is no such colour
  await conn.transact([{ 'inv/color': ':rde' }])
  // @ts-expect-error nothing is no value
  await conn.transact([{ 'inv/count': undefined }])
  // @ts-expect-error one of several values
  await conn.transact([{ 'inv/aka': ['a', 5] }])
  // @ts-expect-error several where one belongs
  await conn.transact([{ 'inv/sku': ['a', 'b'] }])
  // @ts-expect-error nested
  await conn.transact([{ 'order/items': [{ 'item/cuont': 2 }] }])
  // @ts-expect-error nested deeper
  await conn.transact([{ 'order/items': [{ 'item/inv': { 'inv/sku': 5 } }] }])
  // @ts-expect-error within a reverse attribute
  await conn.transact([{ 'db/id': ':red', 'inv/_color': { 'inv/skuu': 'A' } }])
  // @ts-expect-error a reverse attribute that is none
  await conn.transact([{ 'db/id': ':red', 'inv/_colour': 5 }])
  // @ts-expect-error a lookup ref by what is not unique
  await conn.transact([{ 'db/id': ['inv/count', 5], 'inv/sku': 'A' }])
  // @ts-expect-error a list form's attribute
  await conn.transact([[':db/add', 5, 'inv/skuu', 'A']])
  // @ts-expect-error and value
  await conn.transact([[':db/add', 5, 'inv/sku', 5]])
  // @ts-expect-error and entity
  await conn.transact([[':db/add', ['inv/count', 5], 'inv/sku', 'A']])
  // @ts-expect-error the new value
  await conn.transact([[':db/cas', 5, 'inv/count', 1, '2']])
  // @ts-expect-error a function's argument
  await conn.transact([['order/place', { sku: 'SKU-1' }]])
  // @ts-expect-error or that it is missing
  await conn.transact([['order/place']])
  // @ts-expect-error no function, and no operation
  await conn.transact([['order/plce', { sku: 'SKU-1', n: 1 }]])
  // @ts-expect-error an operation misspelt
  await conn.transact([[':db/ad', 5, 'inv/count', 1]])
  // @ts-expect-error in what is only tried
  await conn.db().with([{ 'inv/skuu': 'SKU-1' }])
}

/** Registered functions in queries and patterns. */
export async function registered(conn: Conn): Promise<void> {
  is<[number, number][]>()(
    await conn.db().q({
      find: ['?twice', ['spread', '?n']],
      where: [
        ['?e', 'inv/count', '?n'],
        [['double', '?n'], '?twice'],
      ],
    }),
  )
  is<{ 'inv/count'?: number } | undefined>()(await conn.db().pull([['inv/count', { xform: 'double' }]], 5))
  // Null drops a row, but not what a pull shows.
  is<{ 'inv/count'?: number | null } | undefined>()(await conn.db().pull([['inv/count', { xform: 'big' }]], 5))
  is<number[]>()(
    await conn.db().q({
      find: [['?n', '...']],
      where: [
        ['?e', 'inv/count', '?m'],
        [['big', '?m'], '?n'],
      ],
    }),
  )
}

/** What may be imported. Compiled, never run. */
export async function imports(conn: Conn, file: AsyncIterable<{ readonly 'inv/sku': string; 'inv/count'?: number }>) {
  await conn.import(file)
  await conn.import([{ 'inv/sku': 'A' }, { 'inv/sku': 'B', 'inv/count': 1 }])
  await conn.import([[[':db/add', 5, 'inv/count', 1]]])
  await conn.import(file as AsyncIterable<unknown>)
  // @ts-expect-error no such attribute
  await conn.import([{ 'inv/skew': 'A' }])
  // @ts-expect-error a number is no sku
  await conn.import(file as AsyncIterable<{ 'inv/sku': number }>)
}
