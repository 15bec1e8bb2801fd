import { beforeAll, describe, expect, it } from 'vitest'
import { kw, lit } from '../src/datom/atoms.ts'
import { type Connection, memory, open } from '../src/engine.ts'

/*
 * A shop: six items of four colours, counts for five of them, two orders, parts within parts.
 */
const SCHEMA = [
  {
    'db/ident': ':inv/sku',
    'db/valueType': ':db.type/string',
    'db/cardinality': ':db.cardinality/one',
    'db/unique': ':db.unique/identity',
  },
  { 'db/ident': ':inv/color', 'db/valueType': ':db.type/ref', 'db/cardinality': ':db.cardinality/one' },
  {
    'db/ident': ':inv/count',
    'db/valueType': ':db.type/long',
    'db/cardinality': ':db.cardinality/one',
    'db/index': true,
  },
  { 'db/ident': ':inv/tag', 'db/valueType': ':db.type/keyword', 'db/cardinality': ':db.cardinality/many' },
  { 'db/ident': ':inv/note', 'db/valueType': ':db.type/string', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/since', 'db/valueType': ':db.type/instant', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/price', 'db/valueType': ':db.type/bigdec', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/weight', 'db/valueType': ':db.type/double', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/stars', 'db/valueType': ':db.type/bigint', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':inv/uuid', 'db/valueType': ':db.type/uuid', 'db/cardinality': ':db.cardinality/one' },
  { 'db/ident': ':part/of', 'db/valueType': ':db.type/ref', 'db/cardinality': ':db.cardinality/many' },
  {
    'db/ident': ':order/items',
    'db/valueType': ':db.type/ref',
    'db/cardinality': ':db.cardinality/many',
    'db/isComponent': true,
  },
  { 'db/ident': ':item/id', 'db/valueType': ':db.type/ref', 'db/cardinality': ':db.cardinality/one' },
]
const UUID = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'

let conn: Connection
const q = <T = unknown>(query: string | object, ...inputs: unknown[]): Promise<T> =>
  conn.db().q<T>(query as string, inputs)
const rows = async (query: string | object, ...inputs: unknown[]): Promise<unknown[][]> =>
  (await q<unknown[][]>(query, ...inputs)).sort((a, b) => (String(a) < String(b) ? -1 : 1))
const list = async (query: string | object, ...inputs: unknown[]): Promise<unknown[]> =>
  (await q<unknown[]>(query, ...inputs)).sort((a, b) => (String(a) < String(b) ? -1 : 1))
const id = (sku: string): Promise<number> => q<number>('[:find ?e . :in $ ?sku :where [?e :inv/sku ?sku]]', sku)

beforeAll(async () => {
  conn = await open('shop', {
    storage: memory(),
    functions: {
      double: (n: unknown) => Number(n) * 2,
      half: (xs: unknown) => (xs as unknown[]).length / 2,
      maybe: (n: unknown) => (Number(n) > 5 ? 'many' : null),
    },
  } as never)
  await conn.transact(SCHEMA)
  await conn.transact(['red', 'green', 'blue'].map((c) => ({ 'db/ident': `:${c}` })))
  await conn.transact([
    {
      'inv/sku': 'A',
      'inv/color': ':red',
      'inv/count': 7,
      'inv/tag': [':new', ':sale'],
      'inv/since': new Date('2024-03-01'),
      'inv/price': '1.50',
      'inv/weight': 7,
      'inv/stars': 7n,
      'inv/uuid': UUID,
    },
    {
      'inv/sku': 'B',
      'inv/color': ':green',
      'inv/count': 3,
      'inv/tag': [':sale'],
      'inv/since': new Date('2024-03-02'),
      'inv/price': '2',
      'inv/weight': 2,
    },
    { 'inv/sku': 'C', 'inv/color': ':green', 'inv/count': 7, 'inv/note': 'a', 'inv/price': '1.5', 'inv/weight': 1.5 },
    { 'inv/sku': 'D', 'inv/color': ':blue', 'inv/count': 0, 'inv/note': '?x' },
    { 'inv/sku': 'E', 'inv/note': ':red' },
    { 'inv/sku': 'F', 'inv/color': ':red', 'inv/count': 12, 'inv/note': '$' },
  ])
  await conn.transact([
    { 'order/items': [{ 'item/id': ['inv/sku', 'A'] }, { 'item/id': ['inv/sku', 'B'] }] },
    { 'order/items': [{ 'item/id': ['inv/sku', 'B'] }, { 'item/id': ['inv/sku', 'C'] }] },
    ['db/add', ['inv/sku', 'A'], 'part/of', ['inv/sku', 'B']],
    ['db/add', ['inv/sku', 'B'], 'part/of', ['inv/sku', 'C']],
    ['db/add', ['inv/sku', 'C'], 'part/of', ['inv/sku', 'A']],
    ['db/add', ['inv/sku', 'C'], 'part/of', ['inv/sku', 'D']],
  ])
})

describe('find', () => {
  it('in every shape', async () => {
    expect(await rows('[:find ?s ?n :where [?e :inv/sku ?s] [?e :inv/count ?n] [(> ?n 6)]]')).toEqual([
      ['A', 7],
      ['C', 7],
      ['F', 12],
    ])
    expect(await list('[:find [?n ...] :where [_ :inv/count ?n]]')).toEqual([0, 12, 3, 7])
    expect(await q('[:find ?n . :where [[:inv/sku "B"] :inv/count ?n]]')).toBe(3)
    expect(
      await q('[:find [?n ?c] :where [?e :inv/sku "B"] [?e :inv/count ?n] [?e :inv/color ?x] [?x :db/ident ?c]]'),
    ).toEqual([3, ':green'])
  })
  it('nothing is an empty list, or undefined', async () => {
    expect(await q('[:find ?e :where [?e :inv/sku "none"]]')).toEqual([])
    expect(await q('[:find [?e ...] :where [?e :inv/sku "none"]]')).toEqual([])
    expect(await q('[:find ?e . :where [?e :inv/sku "none"]]')).toBeUndefined()
    expect(await q('[:find [?e ?e] :where [?e :inv/sku "none"]]')).toBeUndefined()
    expect(await q('[:find (count ?e) . :where [?e :inv/sku "none"]]')).toBeUndefined()
  })
  it('names its columns', async () => {
    const where = ':where [?e :inv/sku "B"] [?e :inv/count ?n]'
    for (const keys of [':keys id n', ':strs id n', ':syms id n']) {
      expect(await q(`[:find ?e ?n ${keys} ${where}]`)).toEqual([{ id: await id('B'), n: 3 }])
    }
    expect(await q(`[:find [?e ?n] :keys id n ${where}]`)).toEqual({ id: await id('B'), n: 3 })
    expect(
      await q({
        find: { n: '?n', most: ['max', '?n'] },
        where: [
          ['?e', 'inv/sku', 'B'],
          ['?e', 'inv/count', '?n'],
        ],
      }),
    ).toEqual([{ n: 3, most: 3 }])
  })
  it('the same variable twice, and rows that are distinct', async () => {
    expect(await rows('[:find ?n ?n :where [_ :inv/count ?n] [(= ?n 7)]]')).toEqual([[7, 7]])
    expect(await list('[:find [?c ...] :where [?e :inv/color ?x] [?x :db/ident ?c]]')).toEqual([
      ':blue',
      ':green',
      ':red',
    ])
  })
  it('pulls', async () => {
    expect(await q('[:find (pull ?e [:inv/sku {:inv/color [:db/ident]}]) :where [?e :inv/count 0]]')).toEqual([
      [{ 'inv/sku': 'D', 'inv/color': { 'db/ident': ':blue' } }],
    ])
    expect(
      await q({ find: [['pull', '?e', ['inv/sku']], '?n'], where: [['?e', 'inv/count', '?n'], [['>', '?n', 7]]] }),
    ).toEqual([[{ 'inv/sku': 'F' }, 12]])
    expect(await q('[:find (pull ?e pattern) . :in $ ?e pattern]', ['inv/sku', 'A'], ['inv/sku'])).toEqual({
      'inv/sku': 'A',
    })
    expect(
      await q({ find: [['pull', '?e', '?p'], '.'], in: ['$', '?e', '?p'] }, ['inv/sku', 'A'], '[:inv/sku]'),
    ).toEqual({ 'inv/sku': 'A' })
  })
  it('orders, skips and stops', async () => {
    const text = (rest: string): string => `[:find ?s ?n :where [?e :inv/sku ?s] [?e :inv/count ?n] ${rest}]`
    expect(await q(text(':order-by ?n ?s'))).toEqual([
      ['D', 0],
      ['B', 3],
      ['A', 7],
      ['C', 7],
      ['F', 12],
    ])
    expect(await q(text(':order-by [?n :desc] [?s :desc]'))).toEqual([
      ['F', 12],
      ['C', 7],
      ['A', 7],
      ['B', 3],
      ['D', 0],
    ])
    expect(await q(text(':order-by [?n :desc] ?s :limit 2 :offset 1'))).toEqual([
      ['A', 7],
      ['C', 7],
    ])
    expect(await q(text(':order-by ?n :limit 0'))).toEqual([])
    expect(await q(text(':order-by ?n :offset 99'))).toEqual([])
    expect(await q<unknown[]>(text(':limit 3'))).toHaveLength(3)
    const paged = {
      find: ['?n'],
      in: ['$', '?skip', '?most'],
      where: [['_', 'inv/count', '?n']],
      orderBy: ['?n'],
      offset: '?skip',
      limit: '?most',
    }
    expect(await q(paged, 1, 2)).toEqual([[3], [7]])
    expect(
      await q('[:find ?c (count ?e) :where [?e :inv/color ?x] [?x :db/ident ?c] :order-by [(count ?e) :desc] ?c]'),
    ).toEqual([
      [':green', 2],
      [':red', 2],
      [':blue', 1],
    ])
    expect(await q('[:find ?s . :where [?e :inv/sku ?s] :order-by [?s :desc]]')).toBe('F')
  })
  it('orders many rows as it orders few', async () => {
    const numbers = Array.from({ length: 500 }, (_, i) => (i * 7919) % 500)
    const all = await q('[:find [?n ...] :in $ [?n ...] :order-by ?n]', numbers)
    expect(all).toEqual(Array.from({ length: 500 }, (_, i) => i))
    expect(await q('[:find [?n ...] :in $ [?n ...] :order-by [?n :desc] :limit 5 :offset 2]', numbers)).toEqual([
      497, 496, 495, 494, 493,
    ])
  })
})

describe('inputs', () => {
  it('of every shape', async () => {
    expect(await list('[:find [?s ...] :in $ ?n :where [?e :inv/count ?n] [?e :inv/sku ?s]]', 7)).toEqual(['A', 'C'])
    expect(
      await list(
        '[:find [?s ...] :in $ [?low ?high] :where [?e :inv/count ?n] [(<= ?low ?n ?high)] [?e :inv/sku ?s]]',
        [3, 7],
      ),
    ).toEqual(['A', 'B', 'C'])
    expect(await list('[:find [?e ...] :in $ [?s ...] :where [?e :inv/sku ?s]]', ['A', 'D', 'nope'])).toEqual([
      await id('A'),
      await id('D'),
    ])
    expect(
      await list('[:find [?s ...] :in $ [[?c ?n]] :where [?e :inv/color ?c] [?e :inv/count ?n] [?e :inv/sku ?s]]', [
        [':red', 7],
        [':green', 12],
      ]),
    ).toEqual(['A'])
    expect(await rows('[:find ?a ?b :in [?a _ [?b ...]]]', [1, 2, [3, 4]])).toEqual([
      [1, 3],
      [1, 4],
    ])
    expect(
      await rows('[:find ?a ?b :in [[?a [?b ...]] ...]]', [
        [1, [2, 3]],
        [4, []],
      ]),
    ).toEqual([
      [1, 2],
      [1, 3],
    ])
    expect(await list('[:find [?x ...] :in [?x ...]]', new Set([1, 2]))).toEqual([1, 2])
    expect(await q('[:find ?x :in $ [?x ...]]', [])).toEqual([])
  })
  it('that bind a variable twice unify', async () => {
    expect(await q('[:find ?x :in ?x ?x]', 1, 1)).toEqual([[1]])
    expect(await q('[:find ?x :in ?x ?x]', 1, 2)).toEqual([])
    expect(await list('[:find [?x ...] :in [?x ...] [?x ...]]', [1, 2, 3], [2, 3, 4])).toEqual([2, 3])
    expect(await list('[:find [?x ...] :in ?x [?x ...]]', 2, [1, 2])).toEqual([2])
    expect(
      await rows('[:find ?a ?b :in [[?a ?b ?a]]]', [
        [1, 2, 1],
        [1, 2, 3],
      ]),
    ).toEqual([[1, 2]])
    expect(
      await rows(
        '[:find ?a ?b :in [[?a ?b]] [[?a ?b]]]',
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [3, 5],
        ],
      ),
    ).toEqual([[1, 2]])
  })
  it('are read by the attribute that they are for', async () => {
    expect(await q('[:find ?s . :in $ ?u :where [?e :inv/uuid ?u] [?e :inv/sku ?s]]', UUID.toUpperCase())).toBe('A')
    expect(await list('[:find [?s ...] :in $ ?t :where [?e :inv/tag ?t] [?e :inv/sku ?s]]', ':sale')).toEqual([
      'A',
      'B',
    ])
    expect(await list('[:find [?s ...] :in $ ?p :where [?e :inv/price ?p] [?e :inv/sku ?s]]', '1.500')).toEqual([
      'A',
      'C',
    ])
    expect(
      await q(
        '[:find ?s . :in $ ?at :where [?e :inv/since ?t] [(>= ?t ?at)] [?e :inv/sku ?s]]',
        new Date('2024-03-02'),
      ),
    ).toBe('B')
    expect(await list('[:find [?s ...] :in $ ?a :where [?e ?a _] [?e :inv/sku ?s]]', 'inv/tag')).toEqual(['A', 'B'])
  })
  it('stand for entities as id, ident or lookup ref, and come back as they were given', async () => {
    const query = '[:find ?x ?s :in $ [?x ...] :where [?x :inv/sku ?s]]'
    const a = await id('A')
    expect(await rows(query, [a, ['inv/sku', 'B']])).toEqual([
      [a, 'A'],
      [['inv/sku', 'B'], 'B'],
    ])
    expect(await q('[:find ?x ?s :in $ ?x :where [?x :inv/sku ?s]]', ['inv/sku', 'B'])).toEqual([
      [['inv/sku', 'B'], 'B'],
    ])
    expect(await q('[:find ?c (count ?e) :in $ ?c :where [?e :inv/color ?c]]', ':green')).toEqual([[':green', 2]])
    expect(
      await list(
        '[:find [?o ...] :in $ % ?x :where (with ?x ?y) [?y :inv/sku ?o]]',
        '[[(with ?a ?b) [?i :item/id ?a] [?o :order/items ?i] [?o :order/items ?j] [?j :item/id ?b]]]',
        ['inv/sku', 'A'],
      ),
    ).toEqual(['A', 'B'])
    expect(await rows(query, [['inv/sku', 'A'], a])).toHaveLength(2)
    const pulled = '[:find (pull ?x [:inv/sku]) ?x ?x :in $ [?x ...] :where [?x :inv/sku]]'
    expect(await q(pulled, [['inv/sku', 'B']])).toEqual([[{ 'inv/sku': 'B' }, ['inv/sku', 'B'], ['inv/sku', 'B']]])
  })
  it('that name nobody find nothing; those that are wrong are refused', async () => {
    expect(await q('[:find ?s :in $ ?x :where [?x :inv/sku ?s]]', ['inv/sku', 'nope'])).toEqual([])
    expect(
      await list('[:find [?s ...] :in $ ?x :where [?e :inv/sku ?s] (not [?e :part/of ?x])]', ['inv/sku', 'nope']),
    ).toHaveLength(6)
    const code = async (query: string, ...inputs: unknown[]): Promise<unknown> =>
      q(query, ...inputs).then(
        () => 'fine',
        (e) => e.code,
      )
    expect(await code('[:find ?e :in $ ?x :where [?e :inv/color ?x]]', ':nope')).toBe('ident/unknown')
    expect(await code('[:find ?e :in $ ?x :where [?e :inv/color ?x]]', 'plain')).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ ?x :where [?e :inv/sku ?x]]', 5)).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ ?x :where [?e :inv/sku ?x]]', null)).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ ?x :where [?e :inv/sku ?x]]')).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ :where [?e :inv/sku]]', 5)).toBe('query/wrong-input')
    const noList = conn.db().q('[:find ?e :in $ ?x :where [?e :inv/sku ?x]]', 'A' as never)
    await expect(noList).rejects.toMatchObject({ code: 'query/wrong-input' })
    expect(await code('[:find ?e :in $ [?x ...] :where [?e :inv/sku ?x]]', 'A')).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ [[?x ?y]] :where [?e :inv/sku ?x]]', [['A']])).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ $2 :where [$2 ?e]]', 'A')).toBe('query/wrong-input')
    expect(await code('[:find ?e :in $ ?a :where [?e ?a]]', 'inv/skuu')).toBe('query/unknown-attribute')
  })
})

describe('text that users type', () => {
  it('is never read as a name', async () => {
    const find = '[:find [?s ...] :in $ ?t :where [?e :inv/note ?t] [?e :inv/sku ?s]]'
    expect(await list(find, '?x')).toEqual(['D'])
    expect(await list(find, '$')).toEqual(['F'])
    expect(await list(find, ':red')).toEqual(['E'])
    for (const text of ['_', '%', '?', '[:find ?e]', '(rule)', "'"]) expect(await list(find, text)).toEqual([])
    const data = {
      find: [['?s', '...']],
      in: ['$', ['?t', '...']],
      where: [
        ['?e', 'inv/note', '?t'],
        ['?e', 'inv/sku', '?s'],
      ],
    }
    expect(await list(data, ['?x', '_', '$', '%', ':red', '?s'])).toEqual(['D', 'E', 'F'])
    for (const text of ['?x', '_', '$', '%', ':a']) {
      expect(await q({ find: ['?x'], in: ['?x'] }, text)).toEqual([[text]])
      expect(await q({ find: ['?x', '?y'], in: [[['?x', '?y']]] }, [[text, text]])).toEqual([[text, text]])
      expect(await q({ find: ['?x'], in: ['$rows'], where: [['$rows', '?x', 1]] }, [[text, 1]])).toEqual([[text]])
      expect(await q({ find: ['?x'], where: [[['ground', lit(text)], '?x']] })).toEqual([[text]])
      expect(
        await q({
          find: ['?x'],
          where: [
            [
              ['ground', [text]],
              ['?x', '...'],
            ],
          ],
        }),
      ).toEqual([[text]])
      expect(await q({ find: ['?u'], in: ['?x'], where: [[['str', '?x', '!'], '?u']] }, text)).toEqual([[`${text}!`]])
    }
    expect(
      await list({
        find: [['?s', '...']],
        where: [
          ['?e', 'inv/note', lit('?x')],
          ['?e', 'inv/sku', '?s'],
        ],
      }),
    ).toEqual(['D'])
  })
})

describe('patterns', () => {
  it('of one to five places', async () => {
    const item = await id('D')
    expect(await q('[:find (count ?e) . :where [?e]]')).toBeGreaterThan(20)
    expect(await list('[:find [?e ...] :where [?e :inv/since]]')).toEqual([await id('A'), await id('B')])
    expect(
      await rows('[:find ?n ?tx :in $ ?e :where [?e :inv/count ?n ?tx] [?e :inv/sku "D" ?tx]]', item),
    ).toHaveLength(1)
    expect(await rows('[:find ?n ?op :in $ ?e :where [?e :inv/count ?n _ ?op]]', item)).toEqual([[0, true]])
    expect(await rows('[:find ?n :in $ ?e :where [?e :inv/count ?n _ false]]', item)).toEqual([])
  })
  it('with idents, lookup refs and blanks', async () => {
    expect(await list('[:find [?s ...] :where [?e :inv/color :green] [?e :inv/sku ?s]]')).toEqual(['B', 'C'])
    expect(await list('[:find [?s ...] :where [?e :part/of [:inv/sku "B"]] [?e :inv/sku ?s]]')).toEqual(['A'])
    expect(await q('[:find ?i . :where [:green :db/ident ?i]]')).toBe(':green')
    expect(await list('[:find [?s ...] :where [?e :inv/tag _] [?e :inv/sku ?s]]')).toEqual(['A', 'B'])
    expect(await q('[:find ?s . :where [[:inv/sku "nope"] :inv/sku ?s]]')).toBeUndefined()
  })
  it('with one variable twice', async () => {
    await conn.transact([['db/add', ['inv/sku', 'E'], 'part/of', ['inv/sku', 'E']]])
    expect(await list('[:find [?s ...] :where [?e :part/of ?e] [?e :inv/sku ?s]]')).toEqual(['E'])
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] [?e :part/of ?e]]')).toEqual(['E'])
    expect(await list('[:find [?s ...] :in $ ?e :where [?e :part/of ?e] [?e :inv/sku ?s]]', ['inv/sku', 'E'])).toEqual([
      'E',
    ])
  })
  it('with a variable for the attribute', async () => {
    const idents = await list('[:find [?i ...] :in $ ?e :where [?e ?a] [?a :db/ident ?i]]', ['inv/sku', 'F'])
    expect(idents).toEqual([':inv/color', ':inv/count', ':inv/note', ':inv/sku'])
    expect(await list('[:find [?s ...] :where [?a :db/ident :inv/tag] [?e ?a _] [?e :inv/sku ?s]]')).toEqual(['A', 'B'])
  })
  it('join numbers across their types, and nothing else', async () => {
    expect(await list('[:find [?s ...] :where [?e :inv/count ?n] [?e :inv/weight ?n] [?e :inv/sku ?s]]')).toEqual(['A'])
    expect(await list('[:find [?s ...] :where [?e :inv/count ?n] [?e :inv/stars ?n] [?e :inv/sku ?s]]')).toEqual(['A'])
    expect(
      await rows('[:find ?s ?t :where [?e :inv/price ?n] [?f :inv/weight ?n] [?e :inv/sku ?s] [?f :inv/sku ?t]]'),
    ).toEqual([
      ['A', 'C'],
      ['B', 'B'],
      ['C', 'C'],
    ])
    expect(await q('[:find ?e :where [?e :inv/note ?x] [?y :db/ident ?x]]')).toEqual([])
  })
  it('over lists of tuples', async () => {
    const prices = [
      ['A', 10],
      ['B', 20],
      ['Z', 30],
    ]
    expect(await rows('[:find ?s ?p :in $ $p :where [?e :inv/sku ?s] [$p ?s ?p] [?e :inv/count 7]]', prices)).toEqual([
      ['A', 10],
    ])
    expect(await list('[:find [?p ...] :in $p :where [$p "B" ?p]]', prices)).toEqual([20])
    expect(
      await list('[:find [?x ...] :in $p :where [$p ?x ?x]]', [
        [1, 1],
        [1, 2],
      ]),
    ).toEqual([1])
    expect(await rows('[:find ?s ?n :in $ $p :where [$p ?e ?n] [?e :inv/sku ?s]]', [[['inv/sku', 'A'], 1]])).toEqual([
      ['A', 1],
    ])
    await expect(q('[:find ?x :in $p :where [$p ?x _ ?y]]', prices)).rejects.toMatchObject({
      code: 'query/wrong-input',
    })
  })
  it('over several databases', async () => {
    const before = conn.db()
    await conn.transact([['db/add', ['inv/sku', 'D'], 'inv/count', 1]])
    expect(
      await rows('[:find ?a ?b :in $ $old :where [$ ?e :inv/count ?a] [$old ?e :inv/count ?b] [(!= ?a ?b)]]', before),
    ).toEqual([[1, 0]])
    await conn.transact([['db/add', ['inv/sku', 'D'], 'inv/count', 0]])
  })
})

describe('expressions', () => {
  it.each<[string, unknown]>([
    ['(+ 1 2 3)', 6],
    ['(- 5)', -5],
    ['(- 5 2 1)', 2],
    ['(* 2 3 4)', 24],
    ['(/ 1 2)', 0.5],
    ['(/ 6 3)', 2],
    ['(quot 7 2)', 3],
    ['(quot -7 2)', -3],
    ['(rem -7 2)', -1],
    ['(mod -7 2)', 1],
    ['(inc 1)', 2],
    ['(dec 1)', 0],
    ['(abs -3)', 3],
    ['(min 3 1 2)', 1],
    ['(max 3 1 2)', 3],
    ['(+ 1 2N)', 3n],
    ['(+ 9007199254740993 1)', 9007199254740994n],
    ['(* 1.5M 2)', '3'],
    ['(+ 0.1M 0.2M)', '0.3'],
    ['(+ 1 2.5 3N)', 6.5],
    ['(* 2 1.5M 2N)', '6'],
    ['(- 1.5M 0.25)', 1.25],
    ['(/ 3M 0.5)', 6],
    ['(/ 1M 4)', '0.25'],
    ['(quot 7.5M 2)', '3'],
    ['(rem -7.5M 2N)', '-1.5'],
    ['(mod -7.5M 2)', '0.5'],
    ['(mod -7N 2)', 1n],
    ['(mod 7N 2.5)', 2],
    ['(floor -2.5M)', -3],
    ['(ceil 10N)', 10],
    ['(floor 0.99999999999999999999M)', 0],
    ['(ceil 1.00000000000000000001M)', 2],
    ['(ceil -2.5M)', -2],
    ['(round 0.49999999999999999999M)', 0],
    ['(round -2.5M)', -2],
    ['(floor 9007199254740993N)', 9007199254740993n],
    ['(round 1e30M)', 10n ** 30n],
    ['(even? 9007199254740993)', false],
    ['(odd? -3N)', true],
    ['(round 2.5)', 3],
    ['(floor -2.5)', -3],
    ['(ceil 2.1)', 3],
    ['(zero? 0)', true],
    ['(neg? -1)', true],
    ['(pos? -1)', false],
    ['(even? 2)', true],
    ['(odd? 2)', false],
    ['(= 1 1 1)', true],
    ['(= 1 1.0M 1N)', true],
    ['(not= 1 2)', true],
    ['(< 1 2 3)', true],
    ['(< 1 3 2)', false],
    ['(< 5 "a")', true],
    ['(compare "a" "b")', -1],
    ['(= [1 "a"] [1 "a"])', true],
    ['(str "a" 1 :k)', 'a1:k'],
    ['(subs "hello" 1 3)', 'el'],
    ['(subs "hello" 3)', 'lo'],
    ['(count "hello")', 5],
    ['(count [1 2])', 2],
    ['(upper-case "ab")', 'AB'],
    ['(clojure.string/lower-case "AB")', 'ab'],
    ['(capitalize "aBC")', 'Abc'],
    ['(trim " a ")', 'a'],
    ['(blank? " ")', true],
    ['(includes? "abc" "bc")', true],
    ['(starts-with? "abc" "bc")', false],
    ['(ends-with? "abc" "bc")', true],
    ['(index-of "abc" "c")', 2],
    ['(replace "a-b-c" "-" "+")', 'a+b+c'],
    ['(join "," ["a" "b"])', 'a,b'],
    ['(re-find "b+" "abbc")', 'bb'],
    ['(re-matches "a.c" "abc")', 'abc'],
    ['(re-seq "b+" "abbcb")', ['bb', 'b']],
    [
      '(re-seq "(b)(c)" "abcbc")',
      [
        ['bc', 'b', 'c'],
        ['bc', 'b', 'c'],
      ],
    ],
    ['(re-pattern "a.c")', 'a.c'],
    ['(not-empty "a")', 'a'],
    ['(identical? 1 1)', true],
    ['(name :a/b)', 'b'],
    ['(namespace :a/b)', 'a'],
    ['(keyword "a" "b")', ':a/b'],
    ['(year #inst "2024-05-17T08:30:15Z")', 2024],
    ['(month #inst "2024-05-17T08:30:15Z")', 5],
    ['(day #inst "2024-05-17T08:30:15Z")', 17],
    ['(day-of-week #inst "2024-05-17T08:30:15Z")', 5],
    ['(hour #inst "2024-05-17T08:30:15Z")', 8],
    ['(minute #inst "2024-05-17T08:30:15Z")', 30],
    ['(second #inst "2024-05-17T08:30:15Z")', 15],
    ['(inst-ms #inst "1970-01-01T00:00:01Z")', 1000],
    ['(ms-inst 1000)', new Date(1000)],
    ['(tuple 1 "a")', [1, 'a']],
    ['(nth [5 6] 1)', 6],
    ['(first [5 6])', 5],
    ['(last [5 6])', 6],
    ['(contains? #{1 2} 2)', true],
    ['(contains? [1 2] 3)', false],
    ['(empty? [])', true],
    ['(identity :k)', ':k'],
    ['(not false)', true],
    ['(and 1 2)', 2],
    ['(or false 2)', 2],
    ['(string? "a")', true],
    ['(number? 1N)', true],
    ['(integer? 1.5)', false],
    ['(keyword? :a)', true],
    ['(inst? #inst "2024")', true],
    ['(double 4)', 8],
  ])('%s', async (call, value) => {
    expect(await q(`[:find ?x . :where [${call} ?x]]`)).toEqual(value)
  })

  it('that give nothing drop the row', async () => {
    expect(await q('[:find ?x . :where [(index-of "abc" "z") ?x]]')).toBeUndefined()
    expect(await rows('[:find ?n ?x :where [_ :inv/count ?n] [(maybe ?n) ?x]]')).toEqual([
      [12, 'many'],
      [7, 'many'],
    ])
    expect(await list('[:find [?n ...] :where [_ :inv/count ?n] [(maybe ?n)]]')).toEqual([12, 7])
  })
  it('bind in every form, and unify', async () => {
    expect(await list('[:find [?x ...] :where [(ground [1 2 3]) [?x ...]]]')).toEqual([1, 2, 3])
    expect(await rows('[:find ?a ?b :where [(ground [[1 "x"] [2 "y"]]) [[?a ?b]]]]')).toEqual([
      [1, 'x'],
      [2, 'y'],
    ])
    expect(await q('[:find ?b . :where [(ground [1 2]) [_ ?b]]]')).toBe(2)
    expect(await list('[:find [?x ...] :where [(ground [1 2 3]) [?x ...]] [(ground [2 3 4]) [?x ...]]]')).toEqual([
      2, 3,
    ])
    expect(await q('[:find ?x :where [(ground 1) ?x] [(ground 2) ?x]]')).toEqual([])
    expect(await list('[:find [?n ...] :where [_ :inv/count ?n] [(+ ?m 4) ?n] [_ :inv/count ?m]]')).toEqual([7])
    expect(await q('[:find ?n . :where [[:inv/sku "A"] :inv/count ?n] [(identity 7) ?n]]')).toBe(7)
    expect(await list('[:find [?x ...] :where [(ground [[1 nil] [nil 2] [3 4]]) [[?x _]]]]')).toEqual([1, 3])
    expect(await list('[:find [?x ...] :where [(tuple 1 "b") ?t] [(untuple ?t) [?x _]]]')).toEqual([1])
    expect(await q('[:find ?a :where [(ground [1 2]) [?a ?a]]]')).toEqual([])
    expect(await rows('[:find ?x ?y :where [(split "a-b" "-") [?x ?y]]]')).toEqual([['a', 'b']])
    expect(await list('[:find [?x ...] :where [(tuple 1 "b") ?t] [(untuple ?t) [?x ...]]]')).toEqual([1, 'b'])
    expect(await list('[:find [?x ...] :in ?xs :where [(identity ?xs) [?x ...]]]', [1, 2])).toEqual([1, 2])
  })
  it('compare with constants as their variable is read', async () => {
    expect(await list('[:find [?s ...] :where [?e :inv/color ?c] [(= ?c :green)] [?e :inv/sku ?s]]')).toEqual([
      'B',
      'C',
    ])
    expect(
      await list({
        find: [['?s', '...']],
        where: [['?e', 'inv/tag', '?t'], [['=', '?t', ':new']], ['?e', 'inv/sku', '?s']],
      }),
    ).toEqual(['A'])
    expect(await q(`[:find ?s . :where [?e :inv/uuid ?u] [(= ?u "${UUID}")] [?e :inv/sku ?s]]`)).toBe('A')
    expect(await q({ find: [['?k', '...']], where: [[['ground', kw('green')], '?k']] })).toEqual([':green'])
  })
  it('of the database', async () => {
    expect(await rows('[:find ?s ?n :where [?e :inv/sku ?s] [(get-else $ ?e :inv/count -1) ?n]]')).toEqual([
      ['A', 7],
      ['B', 3],
      ['C', 7],
      ['D', 0],
      ['E', -1],
      ['F', 12],
    ])
    expect(
      await list('[:find [?s ...] :where [?e :inv/sku ?s] [(get-else $ ?e :inv/count 7) 7]]').catch((e) => e.code),
    ).toBe('query/malformed')
    expect(
      await list('[:find [?s ...] :in $ ?n :where [?e :inv/sku ?s] [(get-else $ ?e :inv/count 7) ?n]]', 7),
    ).toEqual(['A', 'C', 'E'])
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] [(missing? $ ?e :inv/note)]]')).toEqual(['A', 'B'])
    expect(await rows('[:find ?s ?v :where [?e :inv/sku ?s] [(get-some $ ?e :inv/note :inv/count) [_ ?v]]]')).toEqual([
      ['A', 7],
      ['B', 3],
      ['C', 'a'],
      ['D', '?x'],
      ['E', ':red'],
      ['F', '$'],
    ])
    expect(
      await q('[:find ?c . :in $ ?e :where [(get-else $ ?e :inv/color :green) ?x] [?x :db/ident ?c]]', [
        'inv/sku',
        'E',
      ]),
    ).toBe(':green')
    expect(await q('[:find ?n . :in $ ?e :where [(get-else ?e :inv/count 5) ?n]]', ['inv/sku', 'E'])).toBe(5)
    expect(await q('[:find ?e :in $ ?e :where [(missing? $ ?e :inv/sku)]]', ['inv/sku', 'E'])).toEqual([])
  })
  it('of sub-queries', async () => {
    expect(
      await list(
        '[:find [?s ...] :where [(q [:find (max ?n) . :where [_ :inv/count ?n]] $) ?most] [?e :inv/count ?most] [?e :inv/sku ?s]]',
      ),
    ).toEqual(['F'])
    expect(
      await rows(
        '[:find ?c ?n :where [?x :db/ident ?c] [?e :inv/color ?x] [(q [:find (count ?i) . :in $ ?x :where [?i :inv/color ?x]] $ ?x) ?n]]',
      ),
    ).toEqual([
      [':blue', 1],
      [':green', 2],
      [':red', 2],
    ])
    expect(
      await list({
        find: [['?n', '...']],
        where: [[['q', { find: ['?n'], where: [['_', 'inv/count', '?n']] }, '$'], [['?n']]]],
      }),
    ).toEqual([0, 12, 3, 7])
  })
  it('of sub-queries are read as their inputs are: idents, lookup refs, text by its type', async () => {
    const counted = '[:find (count ?i) . :in $ ?c :where [?i :inv/color ?c]]'
    expect(await q(`[:find ?n . :where [(q ${counted} $ :green) ?n]]`)).toBe(2)
    expect(await q(`[:find ?n . :in $ ?c :where [(q ${counted} $ ?c) ?n]]`, ':green')).toBe(2)
    const anyOf = '[:find (count ?i) . :in $ [?c ...] :where [?i :inv/color ?c]]'
    expect(await q(`[:find ?n . :where [(q ${anyOf} $ [:green :blue]) ?n]]`)).toBe(3)
    const skuOf = '[:find ?s . :in $ ?e :where [?e :inv/sku ?s]]'
    expect(await q(`[:find ?s . :where [(q ${skuOf} $ [:inv/sku "A"]) ?s]]`)).toBe('A')
    const tagged = { find: ['?i', '.'], in: ['$', '?t'], where: [['?i', 'inv/tag', '?t']] }
    const ofTag = {
      find: ['?s', '.'],
      where: [
        [['q', tagged, '$', ':new'], '?e'],
        ['?e', 'inv/sku', '?s'],
      ],
    }
    expect(await q(ofTag)).toBe('A')
    expect(await q(`[:find ?n . :where [(q ${anyOf} $ #{:green :blue}) ?n]]`)).toBe(3)
    expect(await q('[:find ?z . :where [(q [:find ?x . :in [?x _] :where [(identity ?x) ?y]] [1 nil]) ?z]]')).toBe(1)
    expect(await q('[:find ?z . :where [(q [:find ?a . :in ?t :where [(untuple ?t) [?a _]]] [1 2]) ?z]]')).toBe(1)
  })
  it('of sub-queries say nothing of how they are read where the query around says it', async () => {
    const noted = '[:find ?i . :in $ ?k :where [?i :inv/note ?k]]'
    const both = `[:find ?s . :in $ ?c :where [?e :inv/color ?c] [?e :inv/sku ?s] (not [(q ${noted} $ ?c) _])]`
    const alone = '[:find ?s . :in $ ?c :where [?e :inv/color ?c] [?e :inv/sku ?s]]'
    expect(await q(both, ':blue')).toBe(await q(alone, ':blue'))
    const count = '[:find (count ?i) . :in $ ?e :where [?e :inv/color] [?i :inv/color]]'
    expect(await q(`[:find ?s . :in $ ?s :where [?e :inv/sku ?s] (not [(q ${count} $ ?s) _])]`, 'A')).toBe('A')
  })
  it('of sub-queries give back what they were given', async () => {
    const attributes = `[:find ?i ?n :where [?e :inv/sku "A"] [?e ?a] [?a :db/ident ?i]
      [(q [:find ?a (count ?v) :in $ ?e ?a :where [?e ?a ?v]] $ ?e ?a) [[_ ?n]]]]`
    expect(await rows(attributes)).toEqual(
      await rows('[:find ?i (count ?v) :where [?e :inv/sku "A"] [?e ?a ?v] [?a :db/ident ?i]]'),
    )
    const entities = `[:find ?c ?n :where [?x :db/ident ?c] [?e :inv/color ?x]
      [(q [:find ?x (count ?i) :in $ ?x :where [?i :inv/color ?x]] $ ?x) [[?x ?n]]]]`
    expect(await rows(entities)).toEqual([
      [':blue', 1],
      [':green', 2],
      [':red', 2],
    ])
  })
  it('count an argument that they cannot work on only if the row is really there', async () => {
    const mixed = '[(upper-case ?v) ?u]'
    expect(
      await list(`[:find [?u ...] :where ${mixed} [?e ?a ?v] [?e :inv/sku "E"] [?a :db/ident :inv/note]]`),
    ).toEqual([':RED'])
    expect(await list(`[:find [?u ...] :where [?e ?a ?v] [?e :inv/sku "F"] [(string? ?v)] ${mixed}]`)).toEqual([
      '$',
      'F',
    ])
    await expect(q(`[:find ?u :where [?e :inv/count ?v] ${mixed}]`)).rejects.toMatchObject({
      code: 'query/bad-argument',
      data: { clause: mixed },
    })
    await expect(q('[:find ?e :where [?e :inv/count ?v] [(blank? ?v)]]')).rejects.toMatchObject({
      code: 'query/bad-argument',
    })
    await expect(q('[:find ?x :where [(/ 1 0) ?x]]')).rejects.toMatchObject({ code: 'query/bad-argument' })
  })
})

describe('not', () => {
  it('removes the rows for which it finds something', async () => {
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [?e :inv/color :red])]')).toEqual([
      'B',
      'C',
      'D',
      'E',
    ])
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [?e :inv/color])]')).toEqual(['E'])
    expect(await list('[:find [?s ...] :where (not [?e :inv/color _]) [?e :inv/sku ?s]]')).toEqual(['E'])
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [?e :inv/color :red] [?e :inv/count 7])]')).toEqual(
      ['B', 'C', 'D', 'E', 'F'],
    )
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [?e :inv/count ?n] [(> ?n 5)])]')).toEqual([
      'B',
      'D',
      'E',
    ])
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [?e :inv/note "none"])]')).toHaveLength(6)
  })
  it('is about a value when the value is known outside', async () => {
    expect(
      await rows('[:find ?s ?n :where [?e :inv/sku ?s] [_ :inv/count ?n] [(= ?n 7)] (not [?e :inv/count ?n])]'),
    ).toEqual([
      ['B', 7],
      ['D', 7],
      ['E', 7],
      ['F', 7],
    ])
  })
  it('joins on what it names', async () => {
    expect(
      await list(
        '[:find [?s ...] :where [?e :inv/sku ?s] (not-join [?e] [?e :inv/count ?s2] [?f :inv/count ?s2] [(!= ?e ?f)])]',
      ),
    ).toEqual(['B', 'D', 'E', 'F'])
    expect(
      await list(
        '[:find [?s ...] :where [?e :inv/sku ?s] [?e :inv/count ?n] (not-join [?e] [?i :item/id ?e] [?e :inv/note ?n])]',
      ),
    ).toEqual(['A', 'B', 'D', 'F'])
  })
  it('nests', async () => {
    expect(
      await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [?e :inv/color ?c] (not [?c :db/ident :red]))]'),
    ).toEqual(['A', 'E', 'F'])
    expect(
      await list('[:find [?s ...] :where [?e :inv/sku ?s] (not (or [?e :inv/color :red] [?e :inv/color :green]))]'),
    ).toEqual(['D', 'E'])
  })
  it('with constants alone asks whether there is any', async () => {
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [_ :inv/sku "A"])]')).toEqual([])
    expect(await list('[:find [?s ...] :where [?e :inv/sku ?s] (not [_ :inv/sku "Z"])]')).toHaveLength(6)
  })
})

describe('or', () => {
  it('takes what any branch finds', async () => {
    expect(await list('[:find [?s ...] :where (or [?e :inv/color :red] [?e :inv/count 3]) [?e :inv/sku ?s]]')).toEqual([
      'A',
      'B',
      'F',
    ])
    expect(
      await list(
        '[:find [?s ...] :where [?e :inv/sku ?s] (or [?e :inv/note "none"] (and [?e :inv/count ?n] [(< ?n 5)]))]',
      ).catch((e) => e.code),
    ).toBe('query/malformed')
    expect(
      await list(
        '[:find [?s ...] :where [?e :inv/sku ?s] (or-join [?e] [?e :inv/note "none"] (and [?e :inv/count ?n] [(< ?n 5)]))]',
      ),
    ).toEqual(['B', 'D'])
    expect(
      await rows(
        '[:find ?s ?x :where (or-join [?e ?x] [?e :inv/tag ?x] (and [?e :inv/color ?c] [?c :db/ident ?x])) [?e :inv/sku ?s] [?e :inv/count 3]]',
      ),
    ).toEqual([
      ['B', ':green'],
      ['B', ':sale'],
    ])
  })
  it('with what it needs from outside', async () => {
    expect(
      await list('[:find [?s ...] :where [?e :inv/sku ?s] [?e :inv/count ?n] (or [(> ?n 10)] [(= ?n 0)])]'),
    ).toEqual(['D', 'F'])
    expect(
      await list(
        '[:find [?s ...] :where (or-join [[?n] ?e] (and [?e :inv/count ?m] [(> ?m ?n)]) [?e :inv/note "a"]) [[:inv/sku "A"] :inv/count ?n] [?e :inv/sku ?s]]',
      ),
    ).toEqual(['C', 'F'])
    await expect(q('[:find ?e :where (or-join [[?n] ?e] [?e :inv/count ?n])]')).rejects.toMatchObject({
      code: 'query/unbound-variable',
      data: { variable: '?n' },
    })
  })
  it('with a branch that finds nothing, or one branch only, or an and', async () => {
    expect(await list('[:find [?s ...] :where (or [?e :inv/sku "A"] [?e :inv/sku "zz"]) [?e :inv/sku ?s]]')).toEqual([
      'A',
    ])
    expect(
      await list('[:find [?s ...] :where (or (and [?e :inv/color :red] [?e :inv/count 7])) (and [?e :inv/sku ?s])]'),
    ).toEqual(['A'])
    expect(
      await list(
        '[:find [?s ...] :where [?e :inv/sku ?s] (or [?e :inv/count 7] (or [?e :inv/note "?x"] [?e :inv/note "$"]))]',
      ),
    ).toEqual(['A', 'C', 'D', 'F'])
  })
})

describe('rules', () => {
  const PARTS = `[[(within ?a ?b) [?a :part/of ?b]]
                  [(within ?a ?b) [?a :part/of ?t] (within ?t ?b)]
                  [(left ?a ?b) [?a :part/of ?b]]
                  [(left ?a ?b) (left ?a ?t) [?t :part/of ?b]]
                  [(both ?a ?b) [?a :part/of ?b]]
                  [(both ?a ?b) (both ?a ?t) (both ?t ?b)]
                  [(even ?a ?b) [?a :part/of ?t] (odd ?t ?b)]
                  [(odd ?a ?b) [?a :part/of ?b]]
                  [(odd ?a ?b) [?a :part/of ?t] (even ?t ?b)]
                  [(nested ?a ?b) (or-join [?a ?b] [?a :part/of ?b] (and [?a :part/of ?t] (nested ?t ?b)))]
                  [(few ?e) [?e :inv/count ?n] [(< ?n 5)]]
                  [(top ?e) [_ :part/of ?e] (not [?e :part/of _])]
                  [(more [?n] ?e) [?e :inv/count ?m] [(> ?m ?n)]]
                  [(big ?n) [(> ?n 5)]]]`
  const skus = (clause: string, ...inputs: unknown[]): Promise<unknown[]> =>
    list(
      `[:find [?s ...] :in $ % ${inputs.length > 0 ? '?x' : ''} :where ${clause} [?e :inv/sku ?s]]`,
      PARTS,
      ...inputs,
    )

  it('finish on cycles, whichever way they recurse, and agree', async () => {
    for (const rule of ['within', 'left', 'both', 'nested']) {
      expect(await skus(`(${rule} ?x ?e)`, ['inv/sku', 'A']), rule).toEqual(['A', 'B', 'C', 'D'])
      expect(await skus(`(${rule} ?e ?x)`, ['inv/sku', 'D']), rule).toEqual(['A', 'B', 'C'])
      expect(await q(`[:find (count ?b) . :with ?a :in $ % :where (${rule} ?a ?b)]`, PARTS), rule).toBe(13)
      expect(await skus(`(${rule} ?e ?e)`), rule).toEqual(['A', 'B', 'C', 'E'])
      expect(await skus(`(${rule} [:inv/sku "E"] ?e)`), rule).toEqual(['E'])
      expect(
        await q(`[:find ?x :in $ % ?x :where (${rule} ?x [:inv/sku "D"]) [?x :inv/sku "C"]]`, PARTS, await id('C')),
        rule,
      ).toHaveLength(1)
    }
    expect(await skus('(odd ?x ?e)', ['inv/sku', 'A'])).toEqual(['A', 'B', 'C', 'D'])
  })
  it('that are not recursive', async () => {
    expect(await skus('(few ?e)')).toEqual(['B', 'D'])
    expect(await skus('(top ?e)')).toEqual(['D'])
    expect(await skus('[?e :inv/sku] (not (few ?e))')).toEqual(['A', 'C', 'E', 'F'])
    expect(await skus('(or (few ?e) (top ?e))')).toEqual(['B', 'D'])
    expect(await skus('(few _) [?e :inv/count 12]')).toEqual(['F'])
  })
  it('with what they need from outside', async () => {
    expect(await skus('(more ?x ?e)', 6)).toEqual(['A', 'C', 'F'])
    expect(await skus('(more ?n ?e) [[:inv/sku "A"] :inv/count ?n]')).toEqual(['F'])
    expect(await skus('(big ?n) [?e :inv/count ?n]')).toEqual(['A', 'C', 'F'])
    await expect(skus('(more ?n ?e)')).rejects.toMatchObject({
      code: 'query/unbound-variable',
      data: { variable: '?n', clause: '(more ?n ?e)' },
    })
  })
  it('over another source', async () => {
    const before = conn.db()
    await conn.transact([['db/add', ['inv/sku', 'A'], 'inv/count', 1]])
    expect(await list('[:find [?s ...] :in $ $old % :where ($old few ?e) [?e :inv/sku ?s]]', before, PARTS)).toEqual([
      'B',
      'D',
    ])
    expect(
      await list('[:find [?s ...] :in $ $old % :where (few ?e) (not ($old few ?e)) [?e :inv/sku ?s]]', before, PARTS),
    ).toEqual(['A'])
    await conn.transact([['db/add', ['inv/sku', 'A'], 'inv/count', 7]])
  })
  it('in data', async () => {
    const rules = [[['few', '?e'], ['?e', 'inv/count', '?n'], [['<', '?n', 5]]]]
    expect(
      await list(
        {
          find: [['?s', '...']],
          in: ['$', '%'],
          where: [
            ['few', '?e'],
            ['?e', 'inv/sku', '?s'],
          ],
        },
        rules,
      ),
    ).toEqual(['B', 'D'])
  })
  it('that would never end stop at the limit', async () => {
    const nat = '[[(nat ?n) [(ground 0) ?n]] [(nat ?n) (nat ?m) [(inc ?m) ?n]]]'
    await expect(
      conn.db().q('[:find (count ?n) . :in $ % :where (nat ?n)]', [nat], { maxRows: 1000 }),
    ).rejects.toMatchObject({
      code: 'query/too-many-rows',
      data: { clause: '(nat ?n)' },
    })
  })
})

describe('aggregates', () => {
  it('by group, after equal rows have become one', async () => {
    expect(await q('[:find (sum ?n) (count ?n) :where [_ :inv/count ?n]]')).toEqual([[22, 4]])
    expect(await q('[:find (sum ?n) (count ?n) :with ?e :where [?e :inv/count ?n]]')).toEqual([[29, 5]])
    expect(await rows('[:find ?c (max ?n) :where [?e :inv/color ?x] [?x :db/ident ?c] [?e :inv/count ?n]]')).toEqual([
      [':blue', 0],
      [':green', 7],
      [':red', 12],
    ])
  })
  it.each<[string, unknown]>([
    ['(min ?n)', 0],
    ['(max ?n)', 12],
    ['(min 2 ?n)', [0, 3]],
    ['(max 2 ?n)', [12, 7]],
    ['(max 9 ?n)', [12, 7, 7, 3, 0]],
    ['(sum ?n)', 29],
    ['(count ?n)', 5],
    ['(count-distinct ?n)', 4],
    ['(avg ?n)', 5.8],
    ['(median ?n)', 7],
    ['(variance ?n)', 16.56],
    ['(stddev ?n)', Math.sqrt(16.56)],
    ['(half ?n)', 2.5],
  ])('%s', async (aggregate, value) => {
    const found = await q(`[:find ${aggregate} . :with ?e :where [?e :inv/count ?n]]`)
    if (typeof value === 'number') expect(found).toBeCloseTo(value, 9)
    else expect(found).toEqual(value)
  })
  it('of what is not a number', async () => {
    expect(await q('[:find (min ?s) (max ?s) (median ?s) :where [_ :inv/sku ?s]]')).toEqual([['A', 'F', 'C']])
    expect(await q('[:find (max ?t) . :where [_ :inv/since ?t]]')).toEqual(new Date('2024-03-02'))
    expect(await q('[:find (sum ?p) (avg ?p) :with ?e :where [?e :inv/price ?p]]')).toEqual([['5', 5 / 3]])
    expect(((await q('[:find (distinct ?n) . :with ?e :where [?e :inv/count ?n]]')) as number[]).sort()).toEqual([
      0, 12, 3, 7,
    ])
  })
  it('by chance', async () => {
    const numbers = [0, 3, 7, 12]
    expect(numbers).toContain(await q('[:find (rand ?n) . :where [_ :inv/count ?n]]'))
    expect(await q('[:find (rand 9 ?n) . :where [_ :inv/count ?n]]')).toHaveLength(9)
    expect(new Set((await q('[:find (sample 3 ?n) . :where [_ :inv/count ?n]]')) as number[]).size).toBe(3)
    expect(((await q('[:find (sample 9 ?n) . :where [_ :inv/count ?n]]')) as number[]).sort()).toEqual([0, 12, 3, 7])
  })
  it('with a number from an input', async () => {
    expect(await q('[:find (max ?k ?n) . :in $ ?k :where [_ :inv/count ?n]]', 2)).toEqual([12, 7])
  })
})

describe('time', () => {
  it('is a matter of the database value', async () => {
    const t = conn.db()
    await conn.transact([['db/add', ['inv/sku', 'B'], 'inv/count', 99]])
    const find = '[:find ?n . :where [[:inv/sku "B"] :inv/count ?n]]'
    expect(await q(find)).toBe(99)
    expect(await conn.db().asOf(t.basisT).q(find)).toBe(3)
    expect(await conn.db().since(t.basisT).q(find.replace('[:inv/sku "B"]', '_'))).toBe(99)
    const history = await conn
      .db()
      .history()
      .q<unknown[][]>('[:find ?n ?op :where [?e :inv/sku "B"] [?e :inv/count ?n _ ?op]]')
    expect(history.map(String).sort()).toEqual(['3,false', '3,true', '99,true'])
    await conn.transact([['db/add', ['inv/sku', 'B'], 'inv/count', 3]])
  })
})
