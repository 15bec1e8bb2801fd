import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/engine.ts'
import { attribute, example, refused, said, values } from '../support/example.ts'

/** docs.datomic.com/transactions/transaction-functions.html. */
const schema = {
  'a/id': { type: 'string', unique: 'identity' },
  'a/balance': { type: 'long' },
  'a/tags': { type: 'string', many: true },
  'a/peer': { type: 'ref' },
  'o/lines': { type: 'ref', many: true, component: true },
  'o/key': { type: 'ref', component: true },
  'l/n': { type: 'long' },
} as const

describe('db/retractEntity', () => {
  it('takes all facts about an entity and all refs to it', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      { 'db/id': 'x', 'a/id': 'x', 'a/balance': 1, 'a/tags': ['p', 'q'], 'a/peer': 'x' },
      { 'a/id': 'y', 'a/peer': 'x' },
    ])
    const gone = await conn.transact([[':db/retractEntity', ['a/id', 'x']]])
    expect(gone.txData.filter((d) => d.e !== gone.tx).every((d) => !d.added)).toBe(true)
    expect(await values(conn, r.tempids.x)).toEqual([])
    expect(await values(conn, ['a/id', 'y'])).toEqual(['y'])
    expect(await conn.db().datoms('vaet', r.tempids.x)).toEqual([])
  })

  it('takes components, and theirs, and the refs to them', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      { 'db/id': 'o', 'a/id': 'o', 'o/lines': [{ 'db/id': 'l', 'l/n': 1, 'o/key': { 'db/id': 'k', 'l/n': 2 } }] },
      { 'a/id': 'y', 'a/peer': 'k' },
    ])
    await conn.transact([[':db/retractEntity', r.tempids.o]])
    for (const name of ['o', 'l', 'k']) expect(await values(conn, r.tempids[name])).toEqual([])
    expect(await values(conn, ['a/id', 'y'])).toEqual(['y'])
  })

  it('leaves the owner of a component, and ends where components turn in a circle', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      { 'db/id': 'o', 'a/id': 'o', 'o/key': 'l' },
      { 'db/id': 'l', 'l/n': 1, 'o/key': 'm' },
      { 'db/id': 'm', 'l/n': 2, 'o/key': 'l' },
    ])
    await conn.transact([[':db/retractEntity', r.tempids.l]])
    expect(await values(conn, ['a/id', 'o'])).toEqual(['o'])
    expect(await values(conn, r.tempids.m)).toEqual([])
  })

  it('of nobody, or of one that is gone, says nothing', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'a/id': 'x' }])
    await conn.transact([[':db/retractEntity', r.tempids.x]])
    expect(said(await conn.transact([[':db/retractEntity', r.tempids.x]]))).toEqual([])
    await refused(conn, [[':db/retractEntity', 77_777]], 'tx/unknown-entity')
    await refused(conn, [[':db/retractEntity', ['a/id', 'x']]], 'entity/unknown')
  })

  it('can be joined with new facts about the same entity', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'a/id': 'x', 'a/balance': 1 }])
    await conn.transact([
      [':db/retractEntity', r.tempids.x],
      [':db/add', r.tempids.x, 'a/balance', 2],
    ])
    expect(await values(conn, r.tempids.x)).toEqual([2])
  })
})

describe('db/cas', () => {
  it('asserts the new value when the entity has the old one', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'a/id': 'x', 'a/balance': 100 }])
    await conn.transact([[':db/cas', ['a/id', 'x'], 'a/balance', 100, 110]])
    expect(await values(conn, ['a/id', 'x'], 'a/balance')).toEqual([110])
    await expect(conn.transact([[':db/cas', ['a/id', 'x'], 'a/balance', 100, 120]])).rejects.toMatchObject({
      code: 'tx/cas-failed',
      data: { expected: 100, actual: 110 },
    })
  })

  it('with nil asserts only where there is no value', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'a/id': 'x' }])
    await conn.transact('[[:db/cas [:a/id "x"] :a/balance nil 1]]')
    await refused(conn, [[':db/cas', ['a/id', 'x'], 'a/balance', null, 2]], 'tx/cas-failed')
    expect(await values(conn, ['a/id', 'x'], 'a/balance')).toEqual([1])
  })

  it('fails the whole transaction', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'a/id': 'x', 'a/balance': 1 }])
    await refused(conn, [{ 'a/id': 'y' }, [':db/cas', ['a/id', 'x'], 'a/balance', 2, 3]], 'tx/cas-failed')
    expect(await conn.db().entid(['a/id', 'y'])).toBeUndefined()
  })

  it('compares refs, by whatever name', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      { 'db/id': 'x', 'a/id': 'x', 'a/peer': 'y' },
      { 'db/id': 'y', 'a/id': 'y' },
    ])
    await conn.transact([[':db/cas', r.tempids.x, 'a/peer', ['a/id', 'y'], ['a/id', 'x']]])
    expect(await values(conn, ['a/id', 'x'], 'a/peer')).toEqual([r.tempids.x])
  })

  it('with nil says something of a new entity too', async () => {
    const conn = await example(schema)
    const r = await conn.transact([[':db/cas', 'new', 'a/balance', null, 1]])
    expect(await values(conn, r.tempids.new)).toEqual([1])
    expect(await values(conn, (await conn.transact([[':db/inc', 'new', 'a/balance', 2]])).tempids.new)).toEqual([2])
  })

  it('is for attributes of cardinality one', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'a/id': 'x', 'a/tags': ['p'] }])
    await refused(conn, [[':db/cas', ['a/id', 'x'], 'a/tags', 'p', 'q']], 'tx/malformed')
  })

  it('twice for one value conflicts', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'a/id': 'x', 'a/balance': 1 }])
    const twice = [
      [':db/cas', ['a/id', 'x'], 'a/balance', 1, 2],
      [':db/cas', ['a/id', 'x'], 'a/balance', 1, 3],
    ]
    await refused(conn, twice, 'tx/datoms-conflict')
  })
})

describe('functions of the application', () => {
  const balance = async (db: Db, id: string): Promise<number> =>
    ((await db.datoms('eavt', ['a/id', id], 'a/balance'))[0]?.v as number | undefined) ?? 0
  const functions = {
    'bank/deposit': async (db: Db, [id, n]: [string, number]) => [
      { 'a/id': id, 'a/balance': (await balance(db, id)) + n },
    ],
    'bank/move': (_: Db, [from, to, n]: [string, string, number]) => [
      ['bank/deposit', from, -n],
      ['bank/deposit', to, n],
    ],
    'bank/close': () => {
      throw new Error('not today')
    },
    'bank/nothing': () => [],
    'bank/wrong': () => 5,
    'bank/for-ever': () => [['bank/for-ever']],
    'bank/with-tempid': () => [[':db/add', 'shared', 'a/tags', 'of the function']],
  }

  it('see the database before the transaction, and return more of it', async () => {
    const conn = await example(schema, { functions })
    await conn.transact([['bank/deposit', 'x', 5]])
    await conn.transact([['bank/move', 'x', 'y', 2]])
    expect([await values(conn, ['a/id', 'x'], 'a/balance'), await values(conn, ['a/id', 'y'], 'a/balance')]).toEqual([
      [3],
      [2],
    ])
  })

  it('do not see each other: two that change one number conflict instead of adding up', async () => {
    const conn = await example(schema, { functions })
    await refused(
      conn,
      [
        ['bank/deposit', 'x', 5],
        ['bank/deposit', 'x', 6],
      ],
      'tx/datoms-conflict',
    )
    await conn.transact([
      ['bank/deposit', 'x', 5],
      ['bank/deposit', 'x', 5],
    ])
    expect(await values(conn, ['a/id', 'x'], 'a/balance')).toEqual([5])
  })

  it('share tempids with what stands beside them', async () => {
    const conn = await example(schema, { functions })
    const r = await conn.transact([[':db/add', 'shared', 'a/id', 'x'], ['bank/with-tempid']])
    expect(await values(conn, r.tempids.shared)).toEqual(['x', 'of the function'])
  })

  it('may say nothing; the transaction is still one', async () => {
    const conn = await example(schema, { functions })
    const { basisT } = conn.db()
    expect(said(await conn.transact([['bank/nothing']]))).toEqual([])
    expect(conn.db().basisT).toBe(basisT + 1)
  })

  it('cancel by throwing, and nothing is changed', async () => {
    const conn = await example(schema, { functions })
    const before = conn.db()
    await expect(conn.transact([{ 'a/id': 'x' }, ['bank/close']])).rejects.toThrow('not today')
    expect(conn.db()).toBe(before)
  })

  it('that are unknown, return no list or never end are refused', async () => {
    const conn = await example(schema, { functions })
    await refused(conn, [['bank/steal']], 'tx/unknown-function')
    await refused(conn, [['bank/wrong']], 'tx/malformed')
    await refused(conn, [['bank/for-ever']], 'tx/too-large')
  })
})

describe('predicates', () => {
  const functions = {
    'a/short': (s: string) => s.length < 4,
    'a/positive': async (db: Db, e: number) => Number((await db.datoms('eavt', e, 'a/balance'))[0]?.v) > 0,
    'a/truthy': () => 'yes',
  }
  const install = [
    attribute(':n/name', 'string', { 'db.attr/preds': 'a/short' }),
    { 'db/ident': ':a/valid', 'db.entity/attrs': [':a/id', ':a/balance'], 'db.entity/preds': 'a/positive' },
    { 'db/ident': ':a/strange', 'db.entity/preds': 'a/truthy' },
    { 'db/ident': ':a/lost', 'db.entity/preds': 'a/none' },
  ]

  it('of an attribute judge every value that is asserted', async () => {
    const conn = await example(schema, { functions })
    await conn.transact(install)
    await conn.transact([{ 'n/name': 'abc' }])
    await refused(conn, [{ 'n/name': 'abcd' }], 'tx/ensure-failed')
  })

  it('of an entity see the database after, together with what is required of it', async () => {
    const conn = await example(schema, { functions })
    await conn.transact(install)
    const r = await conn.transact([{ 'db/id': 'x', 'a/id': 'x', 'a/balance': 5, 'db/ensure': ':a/valid' }])
    expect(await values(conn, r.tempids.x)).toEqual(['x', 5])
    await refused(conn, [{ 'a/id': 'y', 'a/balance': 0, 'db/ensure': ':a/valid' }], 'tx/ensure-failed')
    await expect(conn.transact([{ 'a/id': 'y', 'db/ensure': ':a/valid' }])).rejects.toMatchObject({
      data: { missing: [':a/balance'] },
    })
    await refused(
      conn,
      [
        [':db/retract', r.tempids.x, 'a/balance', 5],
        [':db/add', r.tempids.x, 'db/ensure', ':a/valid'],
      ],
      'tx/ensure-failed',
    )
  })

  it('are asked only where db/ensure names them, and must say true itself', async () => {
    const conn = await example(schema, { functions })
    await conn.transact(install)
    await conn.transact([{ 'a/id': 'y', 'a/balance': -5 }])
    await refused(conn, [{ 'a/id': 'z', 'db/ensure': ':a/strange' }], 'tx/ensure-failed')
    await refused(conn, [{ 'a/id': 'z', 'db/ensure': ':a/lost' }], 'tx/unknown-function')
  })

  it('db/ensure is virtual: nothing of it is kept', async () => {
    const conn = await example(schema, { functions })
    await conn.transact(install)
    await conn.transact([{ 'a/id': 'x', 'a/balance': 5, 'db/ensure': ':a/valid' }])
    expect(await conn.db().q('[:find ?e :where [?e :db/ensure _]]')).toEqual([])
  })
})
