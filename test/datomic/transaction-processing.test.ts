import { describe, expect, it } from 'vitest'
import type { TxReport } from '../../src/engine.ts'
import { example, refused, said } from '../support/example.ts'

/** docs.datomic.com: processing transactions, ACID, client synchronization; what a transaction is from outside. */
const schema = { 'p/id': { type: 'string', unique: 'identity' }, 'p/n': { type: 'long' } } as const
const n = '[:find ?n . :where [?e :p/id "a"] [?e :p/n ?n]]'

describe('the report', () => {
  it('has the value before and the value after, which differ by what it says', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'a', 'p/n': 1 }])
    const r = await conn.transact([{ 'p/id': 'a', 'p/n': 2 }])
    expect([await r.dbBefore.q(n), await r.dbAfter.q(n)]).toEqual([1, 2])
    expect([r.dbBefore.basisT, r.dbAfter.basisT]).toEqual([(r.t as number) - 1, r.t])
    expect(conn.db().basisT).toBe(r.t)
  })

  it('has every datom, all of this transaction, and those about the transaction itself', async () => {
    const conn = await example(schema)
    const r = await conn.transact([[':db/add', 'datomic.tx', 'db/doc', 'why']])
    expect(r.txData.every((d) => d.tx === r.tx && d.e === r.tx && d.added)).toBe(true)
    expect(r.txData.map((d) => d.v)).toEqual(expect.arrayContaining(['why', r.id]))
  })

  it('resolves the tempids that were written, and no others', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'p/id': 'a' }, { 'p/id': 'b' }])
    expect(r.tempids).toEqual({ x: await conn.db().entid(['p/id', 'a']) })
  })
})

describe('a transaction', () => {
  it('that says nothing new is one all the same', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'p/id': 'a' }])
    const two = await conn.transact([{ 'p/id': 'a' }])
    expect([said(two), two.t]).toEqual([[], (one.t as number) + 1])
  })

  it('is wholly made or not at all', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'p/id': 'a', 'p/n': 1 }, { 'p/id': 'b' }, { 'p/id': 'c', 'p/n': 'one' }], 'value/wrong-type')
    expect(await conn.db().datoms('aevt', 'p/id')).toEqual([])
  })

  it('is tried with `with`, upon any value, and leaves no trace', async () => {
    const conn = await example(schema)
    const db = conn.db()
    const one = await db.with([{ 'p/id': 'a', 'p/n': 1 }])
    const two = await one.dbAfter.with([[':db/add', ['p/id', 'a'], 'p/n', 2]])
    expect([await db.q(n), await one.dbAfter.q(n), await two.dbAfter.q(n)]).toEqual([undefined, 1, 2])
    expect(conn.db()).toBe(db)
  })
})

describe('transactions at once', () => {
  it('are one after another: each sees the one before, and one compare-and-swap of many succeeds', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'a', 'p/n': 0 }])
    const upserts = await Promise.all([1, 2, 3].map((i) => conn.transact([{ 'db/id': 'x', 'p/id': 'a', 'p/n': i }])))
    const seen = (r: TxReport) => Promise.all([r.dbBefore.q(n), r.dbAfter.q(n)])
    expect(await Promise.all(upserts.map(seen))).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    const swaps = [7, 8, 9].map((i) => conn.transact([[':db/cas', ['p/id', 'a'], 'p/n', 3, i]]))
    const ends = await Promise.allSettled(swaps)
    expect(ends.map((x) => x.status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await conn.db().q(n)).toBe(7)
  })

  it('that name one new thing make it once', async () => {
    const conn = await example(schema)
    const made = await Promise.all([1, 2, 3].map((i) => conn.transact([{ 'db/id': 'x', 'p/id': 'new', 'p/n': i }])))
    expect(new Set(made.map((r) => r.tempids.x)).size).toBe(1)
  })
})

describe('a basis', () => {
  it('that somebody else has seen can be waited for', async () => {
    const conn = await example(schema)
    const waiting = conn.syncTo(conn.db().basisT + 2)
    await conn.transact([{ 'p/id': 'a', 'p/n': 1 }])
    await conn.transact([{ 'p/id': 'a', 'p/n': 2 }])
    expect(await (await waiting).q(n)).toBe(2)
  })

  it('that a transaction builds on may be demanded', async () => {
    const conn = await example(schema)
    const { t } = await conn.transact([{ 'p/id': 'a', 'p/n': 1 }])
    await conn.transact([{ 'p/id': 'a', 'p/n': 2 }], { ifBasis: t as number })
    const late = conn.transact([{ 'p/id': 'a', 'p/n': 3 }], { ifBasis: t as number })
    await expect(late).rejects.toMatchObject({ code: 'tx/basis-moved' })
  })
})
