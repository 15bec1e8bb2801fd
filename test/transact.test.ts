import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, kw, memory, open } from '../src/engine.ts'

let open_: Connection[] = []
afterEach(async () => {
  for (const c of open_) await c.close()
  open_ = []
})

const schema = {
  'inv/sku': { type: 'string', unique: 'identity' },
  'inv/count': { type: 'long', index: true },
  'inv/color': { type: 'ref', idents: [':red', ':green'] },
  'inv/tags': { type: 'string', many: true },
  'inv/peers': { type: 'ref', many: true },
  'inv/code': { type: 'string', unique: 'value' },
  'order/items': { type: 'ref', many: true, component: true },
  'order/first': { type: 'ref', component: true },
  'item/id': { type: 'ref' },
  'item/count': { type: 'long' },
  'owner/of': { type: 'ref', unique: 'identity' },
} as const

async function shop(functions = {}): Promise<Connection> {
  const conn = await open('shop', { storage: memory(), schema, functions })
  open_.push(conn)
  return conn
}
async function facts(conn: Connection, e: number | readonly [string, unknown]): Promise<[number, unknown, boolean][]> {
  const id = typeof e === 'number' ? e : ((await conn.db().entid(e)) as number)
  return (await conn.db().datoms('eavt', id)).map((d) => [d.a, d.v, d.added])
}
const values = async (conn: Connection, e: number | readonly [string, unknown]): Promise<unknown[]> =>
  (await facts(conn, e)).map(([, v]) => v)
/** Datoms of a report without those about the transaction itself. */
const said = (r: { tx: number; txData: readonly { e: number; v: unknown; added: boolean }[] }) =>
  r.txData.filter((d) => d.e !== r.tx).map((d) => [d.v, d.added])
const refused = (code: string) => expect.objectContaining({ code })

describe('functions', () => {
  it('refuse by throwing: with a code of their own, or as tx/refused with their words', async () => {
    const functions = {
      'shop/closed': async () => {
        throw new Error('closed on Sundays')
      },
      'shop/coded': async (db: ReturnType<Connection['db']>) => db.q('[:find ?x :where [?x :no/such _]]'),
    } as never
    const conn = await shop(functions)
    await expect(conn.transact([['shop/closed']])).rejects.toMatchObject({
      code: 'tx/refused',
      message: expect.stringContaining('closed on Sundays'),
      data: { function: 'shop/closed' },
    })
    await expect(conn.transact([['shop/coded']])).rejects.toEqual(refused('query/unknown-attribute'))
  })
})

describe('assertions', () => {
  it('reads list and map forms alike', async () => {
    const conn = await shop()
    const a = await conn.transact([[':db/add', 'x', ':inv/sku', 'A']])
    const b = await conn.transact([{ 'db/id': 'x', 'inv/sku': 'B' }])
    expect([said(a), said(b)]).toEqual([[['A', true]], [['B', true]]])
    expect(a.tempids.x).not.toBe(b.tempids.x)
  })

  it('leaves out what holds already, but for the transaction itself', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1, 'inv/tags': ['x', 'y'] }])
    const again = await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1, 'inv/tags': ['y'] }])
    expect(said(again)).toEqual([])
    expect(again.txData.every((d) => d.e === again.tx)).toBe(true)
    expect(again.txData.length).toBeGreaterThan(0)
  })

  it('retracts the old value of an attribute with one, and reports both', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    expect(said(await conn.transact([{ 'inv/sku': 'A', 'inv/count': 2 }]))).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('gathers the values of an attribute with many', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/tags': ['b', 'a'] }])
    await conn.transact([[':db/add', ['inv/sku', 'A'], 'inv/tags', 'c']])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 'a', 'b', 'c'])
  })

  it('refuses two values for an attribute with one', async () => {
    const conn = await shop()
    const two = conn.transact([
      [':db/add', 'x', 'inv/count', 1],
      [':db/add', 'x', 'inv/count', 2],
    ])
    await expect(two).rejects.toEqual(refused('tx/datoms-conflict'))
  })

  it('refuses asserting and retracting one datom', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    const both = conn.transact([
      [':db/retract', ['inv/sku', 'A'], 'inv/count', 1],
      [':db/add', ['inv/sku', 'A'], 'inv/count', 1],
    ])
    await expect(both).rejects.toEqual(refused('tx/datoms-conflict'))
    const all = (count: number) => [
      [':db/retract', ['inv/sku', 'A'], 'inv/count'],
      [':db/add', ['inv/sku', 'A'], 'inv/count', count],
    ]
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    await expect(conn.transact(all(1))).rejects.toEqual(refused('tx/datoms-conflict'))
    expect(said(await conn.transact(all(2)))).toEqual([
      [1, false],
      [2, true],
    ])
  })

  it('takes a new value beside the explicit retraction of the old', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    const r = await conn.transact([
      [':db/retract', ['inv/sku', 'A'], 'inv/count', 1],
      [':db/add', ['inv/sku', 'A'], 'inv/count', 2],
    ])
    expect(said(r)).toEqual([
      [1, false],
      [2, true],
    ])
  })
})

describe('names', () => {
  it('gives a tempid one entity across forms', async () => {
    const conn = await shop()
    const r = await conn.transact([
      [':db/add', 'x', 'inv/sku', 'A'],
      { 'db/id': 'x', 'inv/count': 5 },
      { 'db/id': 'y', 'inv/sku': 'B', 'inv/peers': ['x'] },
    ])
    expect(await values(conn, r.tempids.x as number)).toEqual(['A', 5])
    expect(await values(conn, ['inv/sku', 'B'])).toEqual(['B', r.tempids.x])
  })

  it('upserts by unique identity', async () => {
    const conn = await shop()
    const first = await conn.transact([{ 'db/id': 'x', 'inv/sku': 'A' }])
    const second = await conn.transact([{ 'db/id': 'other', 'inv/sku': 'A', 'inv/count': 3 }])
    expect(second.tempids.other).toBe(first.tempids.x)
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 3])
  })

  it('finds that two tempids are one entity', async () => {
    const conn = await shop()
    const r = await conn.transact([
      { 'db/id': 'x', 'inv/sku': 'A', 'inv/count': 1 },
      { 'db/id': 'y', 'inv/sku': 'A', 'inv/tags': ['t'] },
    ])
    expect(r.tempids.x).toBe(r.tempids.y)
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 1, 't'])
  })

  it('upserts through a unique ref to a tempid of the same transaction, in any order', async () => {
    const conn = await shop()
    const first = await conn.transact([
      { 'db/id': 'item', 'inv/sku': 'A' },
      { 'db/id': 'owner', 'owner/of': 'item', 'inv/code': 'first' },
    ])
    const again = await conn.transact([
      { 'db/id': 'o', 'owner/of': 'i', 'inv/count': 9 },
      { 'db/id': 'i', 'inv/sku': 'A' },
    ])
    expect([again.tempids.o, again.tempids.i]).toEqual([first.tempids.owner, first.tempids.item])
  })

  it('refuses a tempid that would be two entities', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A' }, { 'inv/sku': 'B' }])
    const two = conn.transact([
      [':db/add', 'x', 'inv/sku', 'A'],
      [':db/add', 'x', 'inv/sku', 'B'],
    ])
    await expect(two).rejects.toEqual(refused('tx/tempid-conflict'))
  })

  it('refuses a tempid that is only pointed at, naming the ident it may mean', async () => {
    const conn = await shop()
    const stray = conn.transact([{ 'inv/sku': 'A', 'inv/color': 'red' }])
    await expect(stray).rejects.toMatchObject({ code: 'tx/tempid-unused', message: expect.stringContaining(':red') })
  })

  it('reads idents, lookup refs and ids in ref places', async () => {
    const conn = await shop()
    const a = await conn.transact([{ 'db/id': 'x', 'inv/sku': 'A' }])
    await conn.transact([
      { 'inv/sku': 'B', 'inv/color': ':green', 'inv/peers': [['inv/sku', 'A']] },
      { 'inv/sku': 'C', 'inv/color': kw('red'), 'inv/peers': ['inv/sku', 'A'] },
      { 'inv/sku': 'D', 'inv/peers': [a.tempids.x] },
    ])
    const [, , , color] = await conn.db().datoms('eavt', ['inv/sku', 'B'])
    expect(color?.v ?? (await conn.db().entid(':green'))).toBe(await conn.db().entid(':green'))
    for (const s of ['B', 'C', 'D']) expect(await values(conn, ['inv/sku', s])).toContain(a.tempids.x)
  })

  it('refuses lookup refs, idents and ids of nobody', async () => {
    const conn = await shop()
    await expect(conn.transact([[':db/add', ['inv/sku', 'Z'], 'inv/count', 1]])).rejects.toEqual(
      refused('entity/unknown'),
    )
    await expect(conn.transact([{ 'inv/sku': 'A', 'inv/color': ':blue' }])).rejects.toEqual(refused('ident/unknown'))
    await expect(conn.transact([{ 'db/id': 77_777, 'inv/sku': 'A' }])).rejects.toEqual(refused('tx/unknown-entity'))
    await expect(conn.transact([{ 'db/id': -1, 'inv/sku': 'A' }])).rejects.toEqual(refused('entity/bad-id'))
  })

  it('does not see within a lookup ref what its own transaction says', async () => {
    const conn = await shop()
    const inside = conn.transact([{ 'inv/sku': 'N' }, [':db/add', ['inv/sku', 'N'], 'inv/count', 1]])
    await expect(inside).rejects.toEqual(refused('entity/unknown'))
  })
})

describe('maps', () => {
  it('nests components, and others that are identified', async () => {
    const conn = await shop()
    await conn.transact([
      { 'db/id': 'o', 'order/items': [{ 'item/count': 1 }, { 'item/count': 2 }], 'order/first': { 'item/count': 3 } },
      { 'inv/sku': 'A', 'inv/peers': [{ 'inv/sku': 'B' }] },
    ])
    expect(await conn.db().datoms('aevt', 'item/count')).toHaveLength(3)
    await expect(conn.transact([{ 'inv/sku': 'A', 'inv/peers': [{ 'inv/count': 1 }] }])).rejects.toEqual(
      refused('tx/nested-without-identity'),
    )
  })

  it('reads reverse attributes', async () => {
    const conn = await shop()
    const r = await conn.transact([
      { 'db/id': 'line', 'item/count': 4, 'order/_items': 'order' },
      [':db/add', 'order', 'db/doc', 'o'],
    ])
    expect(await values(conn, r.tempids.order as number)).toContain(r.tempids.line)
    await expect(conn.transact([{ 'inv/_sku': 'x', 'db/doc': 'd' }])).rejects.toEqual(refused('tx/malformed'))
  })

  it('keeps facts about the transaction', async () => {
    const conn = await shop()
    const r = await conn.transact([{ 'db/id': 'datomic.tx', 'db/doc': 'why' }, { 'inv/sku': 'A' }])
    expect(await values(conn, r.tx)).toContain('why')
  })
})

describe('retractions', () => {
  it('takes a value, or all values', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/tags': ['a', 'b', 'c'] }])
    await conn.transact([[':db/retract', ['inv/sku', 'A'], 'inv/tags', 'b']])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 'a', 'c'])
    await conn.transact([[':db/retract', ['inv/sku', 'A'], 'inv/tags']])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A'])
    expect(said(await conn.transact([[':db/retract', ['inv/sku', 'A'], 'inv/tags', 'none']]))).toEqual([])
  })

  it('takes an entity with its components and the refs to it', async () => {
    const conn = await shop()
    const r = await conn.transact([
      { 'db/id': 'o', 'db/doc': 'order', 'order/items': [{ 'db/id': 'l', 'item/count': 1 }] },
      { 'inv/sku': 'A', 'inv/peers': ['o'] },
    ])
    await conn.transact([[':db/retractEntity', r.tempids.o]])
    expect(await conn.db().datoms('eavt', r.tempids.o)).toEqual([])
    expect(await conn.db().datoms('eavt', r.tempids.l)).toEqual([])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A'])
  })
})

describe('functions', () => {
  it('compares and swaps', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    await conn.transact([[':db/cas', ['inv/sku', 'A'], 'inv/count', 1, 2]])
    await expect(conn.transact([[':db/cas', ['inv/sku', 'A'], 'inv/count', 1, 3]])).rejects.toMatchObject({
      code: 'tx/cas-failed',
      data: { expected: 1, actual: 2 },
    })
    await conn.transact([{ 'inv/sku': 'B' }])
    await conn.transact([[':db/cas', ['inv/sku', 'B'], 'inv/count', null, 5]])
    await expect(conn.transact([[':db/cas', ['inv/sku', 'B'], 'inv/count', null, 6]])).rejects.toEqual(
      refused('tx/cas-failed'),
    )
    expect(await values(conn, ['inv/sku', 'B'])).toEqual(['B', 5])
  })

  it('increments, adding up within one transaction', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 10 }])
    await conn.transact([
      [':db/inc', ['inv/sku', 'A'], 'inv/count', 5],
      [':db/inc', ['inv/sku', 'A'], 'inv/count', -2],
    ])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 13])
  })

  it('requires and forbids', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 1 }])
    const low = '[:find ?e :in $ ?n :where [?e :inv/count ?c] [(< ?c ?n)]]'
    await conn.transact([['db/require', low, [5]], { 'inv/sku': 'B' }])
    await expect(conn.transact([['db/require', low, [0]], { 'inv/sku': 'C' }])).rejects.toEqual(refused('tx/required'))
    await expect(conn.transact([['db/forbid', low, [5]], { 'inv/sku': 'C' }])).rejects.toEqual(refused('tx/forbidden'))
    expect(await conn.db().entid(['inv/sku', 'C'])).toBeUndefined()
  })

  it('calls the application, with the database before', async () => {
    const conn = await shop({
      'inv/sell': async (db: { pull: Connection['db'] }, { sku, n }: { sku: string; n: number }) => {
        const item = await (db as unknown as ReturnType<Connection['db']>).pull(['inv/count'], ['inv/sku', sku])
        return [[':db/cas', ['inv/sku', sku], 'inv/count', item?.['inv/count'], (item?.['inv/count'] as number) - n]]
      },
    })
    await conn.transact([{ 'inv/sku': 'A', 'inv/count': 10 }])
    await conn.transact([['inv/sell', { sku: 'A', n: 3 }]])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 7])
    await expect(conn.transact([['inv/steal', {}]])).rejects.toEqual(refused('tx/unknown-function'))
  })
})

describe('uniqueness', () => {
  it('refuses a value that belongs to another', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/code': 'c' }])
    await expect(conn.transact([{ 'inv/sku': 'B', 'inv/code': 'c' }])).rejects.toEqual(refused('tx/unique-conflict'))
    const both = conn.transact([
      { 'inv/sku': 'B', 'inv/code': 'd' },
      { 'inv/sku': 'C', 'inv/code': 'd' },
    ])
    await expect(both).rejects.toEqual(refused('tx/unique-conflict'))
  })

  it('passes a value on when its owner gives it up in the same transaction', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/code': 'c' }, { 'inv/sku': 'B' }])
    await conn.transact([
      [':db/retract', ['inv/sku', 'A'], 'inv/code', 'c'],
      [':db/add', ['inv/sku', 'B'], 'inv/code', 'c'],
    ])
    expect(await values(conn, ['inv/sku', 'B'])).toEqual(['B', 'c'])
  })
})

const thrower = (): never => {
  throw new Error('not now')
}

describe('wrong input', () => {
  const cases: [string, unknown, string][] = [
    ['an unknown attribute', [{ 'inv/skuu': 'A' }], 'attribute/unknown'],
    ['a number for a string', [{ 'inv/sku': 5 }], 'value/wrong-type'],
    ['a fraction for a long', [{ 'inv/sku': 'A', 'inv/count': 1.5 }], 'value/wrong-type'],
    ['a long beyond the safe integers', [{ 'inv/sku': 'A', 'inv/count': 2 ** 53 }], 'value/out-of-range'],
    ['half a surrogate pair', [{ 'inv/sku': 'a\ud800' }], 'value/lone-surrogate'],
    ['null', [{ 'inv/sku': null }], 'tx/malformed'],
    ['no list', { 'inv/sku': 'A' }, 'tx/malformed'],
    ['a form that is a number', [5], 'tx/malformed'],
    ['an empty map', [{}], 'tx/malformed'],
    ['an operation without its arguments', [[':db/add', 'x', 'inv/sku']], 'tx/malformed'],
    ['an empty list', [[]], 'tx/malformed'],
    ['EDN that ends early', '[{:inv/sku "A"', 'edn/malformed'],
    ['EDN of two forms', '[] []', 'edn/malformed'],
    ['holes among maps', Object.assign([], { 0: { 'inv/sku': 'A' }, 9: { 'inv/sku': 'B' } }), 'tx/malformed'],
    ['a map with two ids', [{ 'db/id': 'x', ':db/id': 'y', 'inv/sku': 'A' }], 'tx/malformed'],
    ['a map that gives no value', [{ 'db/id': 'x', 'inv/tags': [] }], 'tx/tempid-unused'],
    [
      'a getter that throws',
      [Object.defineProperty({}, 'inv/sku', { enumerable: true, get: thrower })],
      'tx/malformed',
    ],
    ['a proxy that throws', [new Proxy({}, { ownKeys: thrower })], 'tx/malformed'],
    ['a list for an attribute with one value', [{ 'inv/sku': ['A', 'B'] }], 'value/wrong-type'],
  ]
  it.each(cases)('%s is a coded error and changes nothing', async (_, input, code) => {
    const conn = await shop()
    const { basisT } = conn.db()
    await expect(conn.transact(input as string)).rejects.toEqual(refused(code))
    expect(conn.db().basisT).toBe(basisT)
    await conn.transact([{ 'inv/sku': 'still works' }])
  })

  it('one refused call does not harm the calls beside it', async () => {
    const conn = await shop()
    const all = await Promise.allSettled([
      conn.transact([{ 'inv/sku': 'A' }]),
      conn.transact([{ 'inv/skuu': 'B' }]),
      conn.transact([{ 'inv/sku': 'C' }]),
    ])
    expect(all.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await conn.db().datoms('aevt', 'inv/sku')).toHaveLength(2)
  })
})

describe('maps of new entities', () => {
  it('are conflicts where one attribute is spelt twice with two values', async () => {
    const conn = await shop()
    const twice = (n: number) => conn.transact([{ 'inv/sku': 'A', 'inv/count': 1, ':inv/count': n }])
    await expect(twice(2)).rejects.toEqual(refused('tx/datoms-conflict'))
    expect(said(await twice(1))).toEqual([
      ['A', true],
      [1, true],
    ])
  })

  it('are nobody that a tempid could mean, however it is written', async () => {
    const conn = await shop()
    const { tempids } = await conn.transact([
      { 'inv/sku': 'A', 'inv/count': 1 },
      { 'db/id': '~0', 'inv/code': 'C' },
    ])
    expect(Object.keys(tempids)).toEqual(['~0'])
    expect(await values(conn, ['inv/sku', 'A'])).toEqual(['A', 1])
    expect(await values(conn, tempids['~0'] as number)).toEqual(['C'])
  })

  it('are one with whatever else is given what identifies them', async () => {
    const conn = await shop()
    const { tempids } = await conn.transact([
      { 'inv/sku': 'A', 'inv/count': 1 },
      { 'inv/sku': 'A', 'inv/code': 'C' },
      [':db/add', 'x', 'inv/sku', 'A'],
      [':db/add', 'x', 'inv/tags', 't'],
    ])
    expect(await values(conn, tempids.x as number)).toEqual(['A', 1, 't', 'C'])
    const owners = [
      { 'owner/of': 'y', 'inv/count': 2 },
      { 'owner/of': 'y', 'inv/code': 'D' },
      { 'db/id': 'y', 'inv/count': 3 },
    ]
    const {
      tempids: { y },
    } = await conn.transact(owners)
    expect(await values(conn, ['owner/of', y])).toEqual([2, 'D', y])
    await expect(
      conn.transact([
        { 'inv/sku': 'B', 'inv/count': 1 },
        { 'inv/sku': 'B', 'inv/count': 2 },
      ]),
    ).rejects.toEqual(refused('tx/datoms-conflict'))
  })

  it('are refused a unique value that something else takes in the same transaction', async () => {
    const conn = await shop()
    await conn.transact([{ 'inv/sku': 'A', 'inv/code': 'C' }])
    for (const [map, code] of [
      [{ 'inv/sku': 'B', 'inv/count': 1 }, 'inv/sku'],
      [{ 'inv/code': 'B', 'inv/count': 1 }, 'inv/code'],
    ] as const) {
      const both = [map, [':db/add', ['inv/sku', 'A'], code, 'B']]
      await expect(conn.transact(both)).rejects.toEqual(refused('tx/unique-conflict'))
    }
    await expect(conn.transact([{ 'inv/code': 'C' }])).rejects.toEqual(refused('tx/unique-conflict'))
    await expect(conn.transact([{ 'inv/code': 'E' }, { 'inv/code': 'E' }])).rejects.toEqual(
      refused('tx/unique-conflict'),
    )
    await expect(conn.transact([{ 'inv/sku': 'x'.repeat(1100) }])).rejects.toEqual(refused('value/too-large'))
  })
})
