/**
 * Every step of Datomic's inventory tutorial, in EDN and in the data form, on one interface: in this process, and in a real
 * browser through worker, Comlink and IndexedDB (the harness decides).
 *
 * Where the tutorial's text is truncated the result is computed here; where it contradicts itself it is corrected:
 * 1. `make-idents` lacks its argument vector and `sample-data` its `map-indexed` and a second `type types` pair: the 64 items
 *    are made as the text says, one for each combination, in the order colour, size, type.
 * 2. The query for SKUs of one colour prints only ["SKU-42"]: all 16 of that colour are expected.
 * 3. The queries lack `:where`: it is put in.
 * 4. `asOf` before the corrections prints two counts for SKU-42 (100 and 1000): an attribute of cardinality one has one value
 *    at a time, and at that point it is 100. SKU-22 is there with 7, as its retraction comes later.
 * 5. The item history prints transactions …399, …400 and …402 and calls the last one …402, although three transactions in a row
 *    made these facts: consecutive ids are expected.
 * 6. `(max 3 ?tx)` prints ids of the tutorial's own system; the three newest are compared with the reports' ids, and printed as
 *    they are: newest first.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeAll, openForTest } from '#harness'
import type { Connection, TxReport } from '../src/engine.ts'

const colors = [':red', ':green', ':blue', ':yellow']
const sizes = [':small', ':medium', ':large', ':xlarge']
const types = [':shirt', ':pants', ':dress', ':hat']

/** The 64 combinations as maps in data form. */
const items = colors
  .flatMap((color) => sizes.flatMap((size) => types.map((type) => ({ color, size, type }))))
  .map((x, i) => ({
    'inv/color': x.color,
    'inv/size': x.size,
    'inv/type': x.type,
    'inv/sku': `SKU-${i}`,
  }))
const sku = (i: number): string => `SKU-${i}`
const colorOf = (i: number): string => items[i]?.['inv/color'] as string

interface Notation {
  readonly name: string
  readonly idents: (names: readonly string[]) => string | readonly unknown[]
  readonly schema1: string | readonly unknown[]
  readonly items: string | readonly unknown[]
  readonly orderSchema: string | readonly unknown[]
  readonly order: string | readonly unknown[]
  readonly countSchema: string | readonly unknown[]
  readonly mistakes: string | readonly unknown[]
  readonly retraction: string | readonly unknown[]
  readonly correction: string | readonly unknown[]
  readonly pattern: string | readonly unknown[]
  readonly sameColor: string | object
  readonly together: string | object
  readonly togetherByRule: string | object
  readonly rules: string | readonly unknown[]
  readonly counts: string | object
  readonly newest: string | object
  readonly history: string | object
}

const edn: Notation = {
  name: 'EDN',
  idents: (names) => `[${names.map((n) => `{:db/ident ${n}}`).join('\n')}]`,
  schema1: `[{:db/ident :inv/sku
              :db/valueType :db.type/string
              :db/unique :db.unique/identity
              :db/cardinality :db.cardinality/one}
             {:db/ident :inv/color
              :db/valueType :db.type/ref
              :db/cardinality :db.cardinality/one}
             {:db/ident :inv/size
              :db/valueType :db.type/ref
              :db/cardinality :db.cardinality/one}
             {:db/ident :inv/type
              :db/valueType :db.type/ref
              :db/cardinality :db.cardinality/one}]`,
  items: `[${items
    .map(
      (x) =>
        `#:inv{:color ${x['inv/color']} :size ${x['inv/size']} :type ${x['inv/type']} :sku ${JSON.stringify(x['inv/sku'])}}`,
    )
    .join('\n')}]`,
  orderSchema: `[{:db/ident :order/items
                  :db/valueType :db.type/ref
                  :db/cardinality :db.cardinality/many
                  :db/isComponent true}
                 {:db/ident :item/id
                  :db/valueType :db.type/ref
                  :db/cardinality :db.cardinality/one}
                 {:db/ident :item/count
                  :db/valueType :db.type/long
                  :db/cardinality :db.cardinality/one}]`,
  order: `[{:order/items [{:item/id [:inv/sku "SKU-25"] :item/count 10}
                          {:item/id [:inv/sku "SKU-26"] :item/count 20}]}]`,
  countSchema: `[{:db/ident :inv/count
                  :db/valueType :db.type/long
                  :db/cardinality :db.cardinality/one}]`,
  mistakes: `[[:db/add [:inv/sku "SKU-21"] :inv/count 7]
              [:db/add [:inv/sku "SKU-22"] :inv/count 7]
              [:db/add [:inv/sku "SKU-42"] :inv/count 100]]`,
  retraction: `[[:db/retract [:inv/sku "SKU-22"] :inv/count 7]
                [:db/add "datomic.tx" :db/doc "remove incorrect assertion"]]`,
  correction: `[[:db/add [:inv/sku "SKU-42"] :inv/count 1000]
                [:db/add "datomic.tx" :db/doc "correct data entry error"]]`,
  pattern: '[{:inv/color [:db/ident]} {:inv/size [:db/ident]} {:inv/type [:db/ident]}]',
  sameColor: `[:find ?sku
               :where [?e :inv/sku "SKU-42"]
                      [?e :inv/color ?color]
                      [?e2 :inv/color ?color]
                      [?e2 :inv/sku ?sku]]`,
  together: `[:find ?sku
              :in $ ?inv
              :where [?item :item/id ?inv]
                     [?order :order/items ?item]
                     [?order :order/items ?other-item]
                     [?other-item :item/id ?other-inv]
                     [?other-inv :inv/sku ?sku]]`,
  togetherByRule: `[:find ?sku
                    :in $ % ?inv
                    :where (ordered-together ?inv ?other-inv)
                           [?other-inv :inv/sku ?sku]]`,
  rules: `[[(ordered-together ?inv ?other-inv)
            [?item :item/id ?inv]
            [?order :order/items ?item]
            [?order :order/items ?other-item]
            [?other-item :item/id ?other-inv]]]`,
  counts: '[:find ?sku ?count :where [?inv :inv/sku ?sku] [?inv :inv/count ?count]]',
  newest: '[:find (max 3 ?tx) :where [?tx :db/txInstant]]',
  history: '[:find ?tx ?sku ?val ?op :where [?inv :inv/count ?val ?tx ?op] [?inv :inv/sku ?sku]]',
}

const attribute = (ident: string, type: string, more: object = {}): object => ({
  'db/ident': ident,
  'db/valueType': `:db.type/${type}`,
  'db/cardinality': ':db.cardinality/one',
  ...more,
})

const data: Notation = {
  name: 'data',
  idents: (names) => names.map((n) => ({ 'db/ident': n })),
  schema1: [
    attribute(':inv/sku', 'string', { 'db/unique': ':db.unique/identity' }),
    attribute(':inv/color', 'ref'),
    attribute(':inv/size', 'ref'),
    attribute(':inv/type', 'ref'),
  ],
  items,
  orderSchema: [
    attribute(':order/items', 'ref', { 'db/cardinality': ':db.cardinality/many', 'db/isComponent': true }),
    attribute(':item/id', 'ref'),
    attribute(':item/count', 'long'),
  ],
  order: [
    {
      'order/items': [
        { 'item/id': ['inv/sku', 'SKU-25'], 'item/count': 10 },
        { 'item/id': ['inv/sku', 'SKU-26'], 'item/count': 20 },
      ],
    },
  ],
  countSchema: [attribute(':inv/count', 'long')],
  mistakes: [
    [':db/add', ['inv/sku', 'SKU-21'], 'inv/count', 7],
    [':db/add', ['inv/sku', 'SKU-22'], 'inv/count', 7],
    [':db/add', ['inv/sku', 'SKU-42'], 'inv/count', 100],
  ],
  retraction: [
    [':db/retract', ['inv/sku', 'SKU-22'], 'inv/count', 7],
    [':db/add', 'datomic.tx', 'db/doc', 'remove incorrect assertion'],
  ],
  correction: [
    [':db/add', ['inv/sku', 'SKU-42'], 'inv/count', 1000],
    [':db/add', 'datomic.tx', 'db/doc', 'correct data entry error'],
  ],
  pattern: [{ 'inv/color': ['db/ident'] }, { 'inv/size': ['db/ident'] }, { 'inv/type': ['db/ident'] }],
  sameColor: {
    find: ['?sku'],
    where: [
      ['?e', 'inv/sku', 'SKU-42'],
      ['?e', 'inv/color', '?color'],
      ['?e2', 'inv/color', '?color'],
      ['?e2', 'inv/sku', '?sku'],
    ],
  },
  together: {
    find: ['?sku'],
    in: ['$', '?inv'],
    where: [
      ['?item', 'item/id', '?inv'],
      ['?order', 'order/items', '?item'],
      ['?order', 'order/items', '?other-item'],
      ['?other-item', 'item/id', '?other-inv'],
      ['?other-inv', 'inv/sku', '?sku'],
    ],
  },
  togetherByRule: {
    find: ['?sku'],
    in: ['$', '%', '?inv'],
    where: [
      ['ordered-together', '?inv', '?other-inv'],
      ['?other-inv', 'inv/sku', '?sku'],
    ],
  },
  rules: [
    [
      ['ordered-together', '?inv', '?other-inv'],
      ['?item', 'item/id', '?inv'],
      ['?order', 'order/items', '?item'],
      ['?order', 'order/items', '?other-item'],
      ['?other-item', 'item/id', '?other-inv'],
    ],
  ],
  counts: {
    find: ['?sku', '?count'],
    where: [
      ['?inv', 'inv/sku', '?sku'],
      ['?inv', 'inv/count', '?count'],
    ],
  },
  newest: { find: [['max', 3, '?tx']], where: [['?tx', 'db/txInstant']] },
  history: {
    find: ['?tx', '?sku', '?val', '?op'],
    where: [
      ['?inv', 'inv/count', '?val', '?tx', '?op'],
      ['?inv', 'inv/sku', '?sku'],
    ],
  },
}

const sorted = (rows: unknown): unknown[] =>
  [...(rows as unknown[])].sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1))

describe.each([edn, data])('the inventory tutorial in $name', (n) => {
  let conn: Connection
  beforeEach(async () => {
    conn = await openForTest()
  })
  afterEach(closeAll)

  /** Schema, idents and the 64 items. */
  async function stock(): Promise<void> {
    await conn.transact(n.idents(colors))
    await conn.transact(n.idents(sizes))
    await conn.transact(n.idents(types))
    await conn.transact(n.schema1)
    await conn.transact(n.items)
  }
  async function order(): Promise<void> {
    await conn.transact(n.orderSchema)
    await conn.transact(n.order)
  }
  /** The three transactions on counts, after their schema. */
  async function counts(): Promise<[TxReport, TxReport, TxReport]> {
    await conn.transact(n.countSchema)
    return [await conn.transact(n.mistakes), await conn.transact(n.retraction), await conn.transact(n.correction)]
  }

  it('asserts green as a list form and as a map', async () => {
    const list = n === edn ? '[[:db/add "foo" :db/ident :green]]' : [[':db/add', 'foo', 'db/ident', ':green']]
    const report = await conn.transact(list)
    expect(await conn.db().entid(':green')).toBe(report.tempids.foo)
    await conn.transact(n.idents([':green', ':red']))
    expect(await conn.db().entid(':green')).toBe(report.tempids.foo)
    expect(await conn.db().entid(':red')).toBeGreaterThan(report.tempids.foo as number)
  })

  it('takes schema and 64 items', async () => {
    await stock()
    const all = await conn.db().q<[string][]>('[:find ?sku :where [_ :inv/sku ?sku]]')
    expect(sorted(all)).toEqual(sorted(items.map((x) => [x['inv/sku']])))
    const made = await conn.db().q('[:find (count ?e) . :where [?e :inv/color :red]]')
    expect(made).toBe(16)
  })

  it('pulls colour, size and type of SKU-42', async () => {
    await stock()
    expect(await conn.db().pull(n.pattern, ['inv/sku', 'SKU-42'])).toEqual({
      'inv/color': { 'db/ident': ':blue' },
      'inv/size': { 'db/ident': ':large' },
      'inv/type': { 'db/ident': ':dress' },
    })
  })

  it('finds everything of the colour of SKU-42', async () => {
    await stock()
    const blue = items.flatMap((_, i) => (colorOf(i) === colorOf(42) ? [[sku(i)]] : []))
    expect(blue).toHaveLength(16)
    expect(sorted(await conn.db().q(n.sameColor))).toEqual(sorted(blue))
  })

  it('takes an order with its lines as components', async () => {
    await stock()
    await order()
    const lines = await conn
      .db()
      .q('[:find ?n ?sku :where [_ :order/items ?l] [?l :item/count ?n] [?l :item/id ?i] [?i :inv/sku ?sku]]')
    expect(sorted(lines)).toEqual([
      [10, 'SKU-25'],
      [20, 'SKU-26'],
    ])
  })

  it('finds what was ordered together, with a lookup ref as input', async () => {
    await stock()
    await order()
    const found = await conn.db().q(n.together, [['inv/sku', 'SKU-25']])
    expect(sorted(found)).toEqual([['SKU-25'], ['SKU-26']])
  })

  it('finds the same by a rule', async () => {
    await stock()
    await order()
    const found = await conn.db().q(n.togetherByRule, [n.rules, ['inv/sku', 'SKU-25']])
    expect(sorted(found)).toEqual([['SKU-25'], ['SKU-26']])
  })

  it('retracts explicitly and implicitly, and sees the present', async () => {
    await stock()
    await counts()
    expect(sorted(await conn.db().q(n.counts))).toEqual([
      ['SKU-21', 7],
      ['SKU-42', 1000],
    ])
  })

  it('says why, on the transaction itself', async () => {
    await stock()
    const [, removed, corrected] = await counts()
    const docs = await conn.db().q('[:find ?tx ?doc :where [?tx :db/txInstant] [?tx :db/doc ?doc]]')
    expect(sorted(docs)).toEqual(
      sorted([
        [removed.tx, 'remove incorrect assertion'],
        [corrected.tx, 'correct data entry error'],
      ]),
    )
  })

  it('names the three newest transactions and queries as of the one before the corrections', async () => {
    await stock()
    const [mistaken, removed, corrected] = await counts()
    const newest = await conn.db().q(n.newest)
    expect(newest).toEqual([[[corrected.tx, removed.tx, mistaken.tx]]])
    const before = conn.db().asOf(mistaken.tx)
    expect(sorted(await before.q(n.counts))).toEqual([
      ['SKU-21', 7],
      ['SKU-22', 7],
      ['SKU-42', 100],
    ])
    if (mistaken.t !== undefined) expect(await conn.db().asOf(mistaken.t).q(n.counts)).toHaveLength(3)
    expect(await conn.db().asOf(removed.id).q(n.counts)).toHaveLength(2)
  })

  it('shows the whole history of the counts', async () => {
    await stock()
    const [mistaken, removed, corrected] = await counts()
    const rows = await conn.db().history().q(n.history)
    expect(sorted(rows)).toEqual(
      sorted([
        [mistaken.tx, 'SKU-21', 7, true],
        [mistaken.tx, 'SKU-42', 100, true],
        [mistaken.tx, 'SKU-22', 7, true],
        [removed.tx, 'SKU-22', 7, false],
        [corrected.tx, 'SKU-42', 1000, true],
        [corrected.tx, 'SKU-42', 100, false],
      ]),
    )
    expect([removed.tx - mistaken.tx, corrected.tx - removed.tx]).toEqual([1, 1])
  })
})
