import { beforeAll, describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { kw, lit } from '../src/datom/atoms.ts'
import type { Db } from '../src/db/db.ts'
import { parsePull } from '../src/query/pull/parse.ts'
import { pullPlan } from '../src/query/pull/plans.ts'
import { pullOne } from '../src/query/pull/pull.ts'
import { type Fact, say, world } from './pull/world.ts'

const facts: Fact[] = [
  [5001, 'db/ident', ':red'],
  [5002, 'db/ident', ':blue'],
  [5010, 'inv/sku', 'SKU-10'],
  [5010, 'inv/color', 5001],
  [5010, 'inv/count', 0],
  [5010, 'inv/tags', 'b'],
  [5010, 'inv/tags', 'a'],
  [5010, 'inv/tags', 'c'],
  [5010, 'inv/at', new Date(5)],
  [5010, 'inv/kind', ':kind/tool'],
  [5011, 'inv/sku', 'SKU-11'],
  [5011, 'inv/color', 5001],
  [5020, 'order/items', 5021],
  [5020, 'order/items', 5022],
  [5020, 'order/no', 7],
  [5021, 'item/inv', 5010],
  [5021, 'item/count', 2],
  [5022, 'item/inv', 5011],
  [5022, 'item/note', 5023],
  [5023, 'note/text', 'gift'],
  [5030, 'limit', 5],
  [5030, 'default', 6],
  [5030, 'x/parent', 5031],
  [5031, 'x/parent', 5032],
  [5032, 'x/parent', 5033],
  [5031, 'limit', 8],
  [5033, 'limit', 9],
]
const functions = new Map<string, (...a: unknown[]) => unknown>([
  ['inc', (n) => (n as number) + 1],
  ['my.ns/size', (xs) => (xs as unknown[]).length],
  ['nothing', () => undefined],
  ['isFalse', (x) => x === false],
])
let db: Db
beforeAll(async () => {
  db = await world(
    {
      'inv/sku': { type: 'string' },
      'inv/color': { type: 'ref' },
      'inv/count': { type: 'long' },
      'inv/tags': { type: 'string', many: true },
      'inv/at': { type: 'instant' },
      'inv/kind': { type: 'keyword' },
      'order/items': { type: 'ref', many: true, component: true },
      'order/no': { type: 'long' },
      'item/inv': { type: 'ref' },
      'item/count': { type: 'long' },
      'item/note': { type: 'ref', component: true },
      'note/text': { type: 'string' },
      limit: { type: 'long' },
      default: { type: 'long' },
      'x/parent': { type: 'ref' },
      flag: { type: 'boolean' },
      __proto__x: { type: 'long' },
    },
    facts,
  )
})

const pull = (pattern: unknown, id: number): unknown => pullOne(db, pattern, id, { functions })

/** One answer for the data form and for EDN, from an entity. */
const cases: readonly [what: string, data: unknown, edn: string, id: number, answer: unknown][] = [
  ['an attribute', ['inv/sku'], '[:inv/sku]', 5010, { 'inv/sku': 'SKU-10' }],
  ['a colon is allowed', [':inv/sku'], '[":inv/sku"]', 5010, { 'inv/sku': 'SKU-10' }],
  ['a keyword', [kw('inv/sku')], '[:inv/sku]', 5010, { 'inv/sku': 'SKU-10' }],
  ['a list as the pattern', ['inv/sku'], '(:inv/sku)', 5010, { 'inv/sku': 'SKU-10' }],
  ['the id', ['db/id'], '[:db/id]', 5010, { 'db/id': 5010 }],
  ['no fact of the pattern', ['order/no'], '[:order/no]', 5010, undefined],
  ['a zero is a value', ['inv/count'], '[:inv/count]', 5010, { 'inv/count': 0 }],
  ['a date', ['inv/at'], '[:inv/at]', 5010, { 'inv/at': new Date(5) }],
  ['a keyword value', ['inv/kind'], '[:inv/kind]', 5010, { 'inv/kind': ':kind/tool' }],
  ['many values, in their order', ['inv/tags'], '[:inv/tags]', 5010, { 'inv/tags': ['a', 'b', 'c'] }],
  [
    'a plain ref with an ident',
    ['inv/color'],
    '[:inv/color]',
    5010,
    { 'inv/color': { 'db/id': 5001, 'db/ident': ':red' } },
  ],
  ['a plain ref without', ['item/inv'], '[:item/inv]', 5021, { 'item/inv': { 'db/id': 5010 } }],
  [
    'a plain reverse is a list',
    ['inv/_color'],
    '[:inv/_color]',
    5001,
    { 'inv/_color': [{ 'db/id': 5010 }, { 'db/id': 5011 }] },
  ],
  ['a component reverse is one map', ['order/_items'], '[:order/_items]', 5021, { 'order/_items': { 'db/id': 5020 } }],
  [
    'a nested pattern',
    [{ 'item/inv': ['inv/sku'] }],
    '[{:item/inv [:inv/sku]}]',
    5021,
    { 'item/inv': { 'inv/sku': 'SKU-10' } },
  ],
  [
    'a nested reverse',
    [{ 'inv/_color': ['inv/sku'] }],
    '[{:inv/_color [:inv/sku]}]',
    5001,
    { 'inv/_color': [{ 'inv/sku': 'SKU-10' }, { 'inv/sku': 'SKU-11' }] },
  ],
  [
    'a nested component reverse',
    [{ 'order/_items': ['order/no'] }],
    '[{:order/_items [:order/no]}]',
    5021,
    { 'order/_items': { 'order/no': 7 } },
  ],
  ['nested without a match is absent', [{ 'item/inv': ['order/no'] }], '[{:item/inv [:order/no]}]', 5021, undefined],
  [
    'a nested list keeps what matches',
    [{ 'order/items': ['item/count'] }],
    '[{:order/items [:item/count]}]',
    5020,
    { 'order/items': [{ 'item/count': 2 }] },
  ],
  [
    'two entries in one map',
    [{ 'item/inv': ['inv/sku'], 'order/_items': ['db/id'] }],
    '[{:item/inv [:inv/sku] :order/_items [:db/id]}]',
    5021,
    { 'item/inv': { 'inv/sku': 'SKU-10' }, 'order/_items': { 'db/id': 5020 } },
  ],
  [
    'a component is expanded',
    ['order/items'],
    '[:order/items]',
    5020,
    {
      'order/items': [
        { 'db/id': 5021, 'item/inv': { 'db/id': 5010 }, 'item/count': 2 },
        { 'db/id': 5022, 'item/inv': { 'db/id': 5011 }, 'item/note': { 'db/id': 5023, 'note/text': 'gift' } },
      ],
    },
  ],
  [
    'the wildcard',
    ['*'],
    '[*]',
    5010,
    {
      'db/id': 5010,
      'inv/sku': 'SKU-10',
      'inv/color': { 'db/id': 5001, 'db/ident': ':red' },
      'inv/count': 0,
      'inv/tags': ['a', 'b', 'c'],
      'inv/at': new Date(5),
      'inv/kind': ':kind/tool',
    },
  ],
  ['the wildcard as a string, with an ident', ['*'], '["*"]', 5001, { 'db/id': 5001, 'db/ident': ':red' }],
  [
    'the wildcard expands components',
    ['*'],
    '[*]',
    5022,
    { 'db/id': 5022, 'item/inv': { 'db/id': 5011 }, 'item/note': { 'db/id': 5023, 'note/text': 'gift' } },
  ],
  [
    'explicit elements override the wildcard',
    [{ 'item/inv': ['inv/sku'] }, '*', ['db/id', { as: 'id' }], 'order/_items'],
    '[{:item/inv [:inv/sku]} * [:db/id :as "id"] :order/_items]',
    5021,
    { 'item/count': 2, 'item/inv': { 'inv/sku': 'SKU-10' }, id: 5021, 'order/_items': { 'db/id': 5020 } },
  ],
  [
    'a wildcard renames',
    ['*', ['item/count', { as: 'n' }], ['item/note', { default: null }]],
    '[* (:item/count :as "n") (:item/note :default nil)]',
    5021,
    { 'db/id': 5021, 'item/inv': { 'db/id': 5010 }, n: 2, 'item/note': null },
  ],
  ['as a string', [['inv/sku', { as: 'The Sku' }]], '[[:inv/sku :as "The Sku"]]', 5010, { 'The Sku': 'SKU-10' }],
  ['as a keyword', [['inv/sku', { as: kw('a/b') }]], '[(:inv/sku :as :a/b)]', 5010, { 'a/b': 'SKU-10' }],
  [
    'one attribute twice',
    ['inv/sku', ['inv/sku', { as: 's' }], { 'item/inv': ['inv/sku'] }],
    '[:inv/sku [:inv/sku :as "s"] {:item/inv [:inv/sku]}]',
    5010,
    { 'inv/sku': 'SKU-10', s: 'SKU-10' },
  ],
  [
    'one ref twice, by one name of it the last counts',
    ['inv/color', ['inv/color', { as: 'c', pull: ['db/ident'] }], { 'inv/color': ['db/id'] }],
    '[:inv/color {[:inv/color :as "c"] [:db/ident]} {:inv/color [:db/id]}]',
    5010,
    { c: { 'db/ident': ':red' }, 'inv/color': { 'db/id': 5001 } },
  ],
  ['a limit', [['inv/tags', { limit: 2 }]], '[[:inv/tags :limit 2]]', 5010, { 'inv/tags': ['a', 'b'] }],
  ['no limit', [['inv/tags', { limit: null }]], '[(:inv/tags :limit nil)]', 5010, { 'inv/tags': ['a', 'b', 'c'] }],
  ['the older limit', [['limit', 'inv/tags', 1]], '[(limit :inv/tags 1)]', 5010, { 'inv/tags': ['a'] }],
  ['the older limit in strings', [['limit', ':inv/tags', 1]], '[("limit" "inv/tags" 1)]', 5010, { 'inv/tags': ['a'] }],
  [
    'a limited reverse',
    [['inv/_color', { limit: 1 }]],
    '[[:inv/_color :limit 1]]',
    5001,
    { 'inv/_color': [{ 'db/id': 5010 }] },
  ],
  [
    'a limit on a nested pattern',
    [['order/items', { limit: 1, pull: ['db/id'] }]],
    '[{(:order/items :limit 1) [:db/id]}]',
    5020,
    { 'order/items': [{ 'db/id': 5021 }] },
  ],
  [
    'the older limit on a nested pattern',
    [new Map([[['limit', 'order/items', 1], ['db/id']]])],
    '[{(limit :order/items 1) [:db/id]}]',
    5020,
    { 'order/items': [{ 'db/id': 5021 }] },
  ],
  ['a default', [['order/no', { default: 5 }]], '[[:order/no :default 5]]', 5010, { 'order/no': 5 }],
  ['a default of zero', [['order/no', { default: 0 }]], '[(default :order/no 0)]', 5010, { 'order/no': 0 }],
  ['a default of false', [['flag', { default: false }]], '[[:flag :default false]]', 5010, { flag: false }],
  ['a default of nil', [['flag', { default: null }]], '[(default :flag nil)]', 5010, { flag: null }],
  ['a default not needed', [['inv/count', { default: 5 }]], '[[:inv/count :default 5]]', 5010, { 'inv/count': 0 }],
  [
    'a default of data',
    [['flag', { as: 'f', default: { a: [':k/w', { $kw: ':x' }, lit('?y')] } }]],
    '[[:flag :as "f" :default {:a [:k/w :x "?y"]}]]',
    5010,
    { f: { a: [':k/w', ':x', '?y'] } },
  ],
  [
    'a default of a nested pattern',
    [['item/note', { default: 'none', pull: ['note/text'] }]],
    '[{[:item/note :default "none"] [:note/text]}]',
    5021,
    { 'item/note': 'none' },
  ],
  [
    'a default where nothing nested matches',
    [['item/inv', { default: 'none', pull: ['note/text'] }]],
    '[{(:item/inv :default "none") [:note/text]}]',
    5021,
    { 'item/inv': 'none' },
  ],
  ['xform', [['inv/count', { xform: 'inc' }]], '[[:inv/count :xform inc]]', 5010, { 'inv/count': 1 }],
  ['xform of the id', [['db/id', { xform: 'inc' }]], '[(:db/id :xform "inc")]', 5010, { 'db/id': 5011 }],
  [
    'xform of many',
    [['inv/tags', { xform: 'my.ns/size' }]],
    '[(:inv/tags :xform my.ns/size)]',
    5010,
    { 'inv/tags': 3 },
  ],
  ['xform to nothing', [['inv/count', { xform: 'nothing' }]], '[(:inv/count :xform nothing)]', 5010, undefined],
  [
    'xform leaves defaults alone',
    [['flag', { default: 1, xform: 'inc' }]],
    '[(:flag :default 1 :xform inc)]',
    5010,
    { flag: 1 },
  ],
  [
    'xform of a nested list',
    [['order/items', { xform: 'my.ns/size', pull: ['item/count'] }]],
    '[{(:order/items :xform my.ns/size) [:item/count]}]',
    5020,
    { 'order/items': 1 },
  ],
  ['attributes called like the older forms', ['limit', 'default'], '[:limit :default]', 5030, { limit: 5, default: 6 }],
  [
    'and with options',
    [
      ['limit', { as: 'l' }],
      [':default', ':as', 'd'],
      ['limit', ':default', 5],
    ],
    '[[:limit :as "l"] [:default :as "d"] ["limit" :default 5]]',
    5030,
    { l: 5, d: 6, limit: 5 },
  ],
  [
    'recursion by steps',
    ['limit', { 'x/parent': 1 }],
    '[:limit {:x/parent 1}]',
    5030,
    { limit: 5, 'x/parent': { limit: 8 } },
  ],
  [
    'recursion passes entities that show nothing else',
    ['limit', { 'x/parent': '...' }],
    '[:limit {:x/parent ...}]',
    5030,
    { limit: 5, 'x/parent': { limit: 8, 'x/parent': { 'x/parent': { limit: 9 } } } },
  ],
  [
    'recursion backward, with options',
    ['db/id', ['x/_parent', { as: 'children', limit: 1, default: [], pull: '...' }]],
    '[:db/id {(:x/_parent :as "children" :limit 1 :default []) ...}]',
    5032,
    { 'db/id': 5032, children: [{ 'db/id': 5031, children: [{ 'db/id': 5030, children: [] }] }] },
  ],
  [
    'recursion with a wildcard',
    ['*', { 'x/parent': 2 }],
    '["*" {:x/parent 2}]',
    5030,
    {
      'db/id': 5030,
      limit: 5,
      default: 6,
      'x/parent': { 'db/id': 5031, limit: 8, 'x/parent': { 'db/id': 5032 } },
    },
  ],
]

describe('pull, every element in data and in EDN', () => {
  for (const [what, data, edn, id, answer] of cases) {
    it(what, async () => {
      expect(await pull(data, id)).toStrictEqual(answer)
      expect(await pull(edn, id)).toStrictEqual(answer)
    })
  }

  it('shows keys in the order of the pattern, the wildcard first', async () => {
    const keys = async (pattern: unknown): Promise<string[]> => Object.keys((await pull(pattern, 5010)) as object)
    expect(await keys(['inv/count', 'db/id', 'inv/sku'])).toEqual(['inv/count', 'db/id', 'inv/sku'])
    const all = await keys(['inv/sku', '*'])
    expect([all.at(0), all.at(-1)]).toEqual(['db/id', 'inv/sku'])
  })

  it('makes a default anew for each answer', async () => {
    const pattern = [['flag', { default: [] }]]
    const flag = async (id: number) => ((await pull(pattern, id)) as { flag: unknown }).flag
    expect(await flag(5010)).not.toBe(await flag(5011))
    expect(await flag(5010)).not.toBe(await flag(5010))
  })

  it('takes any key, __proto__ too', async () => {
    const found = (await pull('[[:inv/sku :as "__proto__"] [:flag :default {:__proto__ 1}]]', 5010)) as object
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
    expect(Object.entries(found)[0]).toEqual(['__proto__', 'SKU-10'])
  })

  it('keeps the name that a renamed attribute was asked by', async () => {
    const old = [1000, 'db/ident', ':inv/sku', false] as const
    const renamed = await say(db, [old, [1000, 'db/ident', ':inv/code']])
    const env = { functions }
    expect(await pullOne(renamed, ['inv/sku', 'inv/code'], 5010, env)).toEqual({
      'inv/sku': 'SKU-10',
      'inv/code': 'SKU-10',
    })
    expect(await pullOne(renamed, ['*'], 5011, env)).toMatchObject({ 'inv/code': 'SKU-11' })
  })
})

describe('pull patterns that are refused', () => {
  const refusals: readonly [pattern: unknown, code: string, says: RegExp][] = [
    ['[', 'edn/malformed', /never closed/],
    ['[] []', 'edn/malformed', /second form/],
    [[], 'pull/malformed', /at least one element, got an empty one/],
    [7, 'pull/malformed', /got number 7/],
    [undefined, 'pull/malformed', /got undefined/],
    ['{:inv/color [:db/id]}', 'pull/malformed', /wanted a list/],
    [[7], 'pull/malformed', /wanted an attribute/],
    [[null], 'pull/malformed', /got null/],
    [[''], 'pull/malformed', /wanted an attribute/],
    ['[foo]', 'pull/malformed', /got symbol foo/],
    [[['inv/sku']], 'pull/malformed', /pairs of option and value/],
    [[[]], 'pull/malformed', /begins with the attribute/],
    [[['inv/sku', ':as']], 'pull/malformed', /pairs of option and value/],
    ['[(limit foo 5)]', 'pull/malformed', /wants an attribute/],
    [['inv/colour'], 'pull/unknown-attribute', /did you mean inv\/color\?/],
    [['inv/_colour'], 'pull/unknown-attribute', /did you mean inv\/_color\?/],
    ['[:zzzzzzzzzzzzzzzzzzzz/q]', 'pull/unknown-attribute', /install it first/],
    [[{ 'order/items': ['item/cuont'] }], 'pull/unknown-attribute', /did you mean item\/count\?/],
    [['inv/_sku'], 'pull/malformed', /is a string, not a ref/],
    [[{ 'inv/sku': ['db/id'] }], 'pull/malformed', /only of a ref/],
    [[{ 'db/id': ['db/id'] }], 'pull/malformed', /db\/id/],
    [[{ 'x/parent': 0 }], 'pull/malformed', /positive number of steps/],
    [[{ 'x/parent': 1.5 }], 'pull/malformed', /positive number of steps/],
    [[{ 'x/parent': null }], 'pull/malformed', /wanted a list/],
    [[{ 'x/parent': [] }], 'pull/malformed', /empty/],
    [[['inv/tags', { limit: 0 }]], 'pull/bad-option', /limit of inv\/tags wants a positive integer/],
    [[['inv/tags', { limit: '5' }]], 'pull/bad-option', /got string "5"/],
    ['[(limit :inv/tags -1)]', 'pull/bad-option', /positive integer/],
    [[['inv/tags', { as: 5 }]], 'pull/bad-option', /a string or a keyword/],
    [[['inv/tags', { xform: () => 1 }]], 'pull/bad-option', /the name of a function/],
    [[['inv/tags', { lmit: 5 }]], 'pull/bad-option', /has no option lmit; there are as, limit/],
    ['[[:inv/tags :lmit 5]]', 'pull/bad-option', /has no option keyword :lmit/],
    ['[[:inv/tags :limit 5 :limit 6]]', 'pull/bad-option', /twice/],
    [[new Map([[['x/parent', { pull: 2 }], 2]])], 'pull/bad-option', /both/],
  ]
  for (const [pattern, code, says] of refusals) {
    it(`${code}: ${typeof pattern === 'string' ? pattern : JSON.stringify(pattern)}`, () => {
      let error: unknown
      try {
        parsePull(db.schema, pattern)
      } catch (e) {
        error = e
      }
      expect(isAnnalsError(error) && error.code).toBe(code)
      expect((error as Error).message).toMatch(says)
    })
  }

  it('nesting without end', () => {
    const loop: unknown[] = []
    loop.push({ 'x/parent': loop })
    expect(() => parsePull(db.schema, loop)).toThrow(/nests deeper than 100/)
    let data: unknown = 1
    for (let i = 0; i < 1000; i++) data = [data]
    expect(() => parsePull(db.schema, [['flag', { default: data }]])).toThrow(/nests deeper than 100/)
    expect(() => parsePull(db.schema, `${'[{:x/parent '.repeat(90)}[:db/id]${'}]'.repeat(90)}`)).not.toThrow()
  })

  it('reads user text as nothing but data', async () => {
    for (const text of ['?x', '_', ':a', '$', '%', '#inst', '__proto__', 'constructor']) {
      expect(() => parsePull(db.schema, [text])).toThrow(/no attribute|wanted an attribute/)
      expect(await pull([['flag', { as: text, default: text }]], 5010)).toEqual(Object.fromEntries([[text, text]]))
    }
  })
})

describe('plans', () => {
  it('are kept by text and by identity, for one schema', async () => {
    const data = ['inv/sku']
    expect(pullPlan(db.schema, data)).toBe(pullPlan(db.schema, data))
    expect(pullPlan(db.schema, '[:inv/sku]')).toBe(pullPlan(db.schema, '[:inv/sku]'))
    expect(pullPlan(db.schema, '[:inv/sku]')).not.toBe(pullPlan({ ...db.schema }, '[:inv/sku]'))
  })

  it('are kept for a bounded number of texts', () => {
    const schema = { ...db.schema }
    const first = pullPlan(schema, '[:inv/sku]')
    for (let i = 0; i < 300; i++) pullPlan(schema, `[(:inv/sku :as "${i}")]`)
    expect(pullPlan(schema, '[:inv/sku]')).not.toBe(first)
  })
})
