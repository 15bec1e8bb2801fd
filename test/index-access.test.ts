import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeAll, openForTest } from '#harness'
import type { Connection, ShownDatom } from '../src/engine.ts'

let conn: Connection
beforeEach(async () => {
  conn = await openForTest()
  await conn.transact([
    {
      'db/ident': ':p/name',
      'db/valueType': ':db.type/string',
      'db/cardinality': ':db.cardinality/one',
      'db/unique': ':db.unique/identity',
    },
    {
      'db/ident': ':p/age',
      'db/valueType': ':db.type/long',
      'db/cardinality': ':db.cardinality/one',
      'db/index': true,
    },
    { 'db/ident': ':p/mood', 'db/valueType': ':db.type/string', 'db/cardinality': ':db.cardinality/one' },
  ])
  await conn.transact(
    ['a', 'b', 'c', 'd', 'e'].map((n, i) => ({ 'p/name': n, 'p/age': 10 + 10 * (i % 3), 'p/mood': 'm' })),
  )
})
afterEach(closeAll)
const shown = (ds: readonly ShownDatom[]): unknown[] => ds.map((d) => d.v)

describe('index access', () => {
  it('gives the datoms of a prefix, with limit and offset', async () => {
    const db = conn.db()
    expect(shown(await db.datoms('avet', 'p/age'))).toEqual([10, 10, 20, 20, 30])
    expect(shown(await db.datoms(':avet', 'p/age', 20))).toEqual([20, 20])
    expect(shown(await db.datoms('aevt', 'p/name', { limit: 2, offset: 1 }))).toEqual(['b', 'c'])
    expect(shown(await db.datoms('eavt', ['p/name', 'c'], 'p/age'))).toEqual([30])
    expect(await db.datoms('eavt', ['p/name', 'zz'])).toEqual([])
  })

  it('ranges over values of any number type, up to the end and not beyond', async () => {
    const one = ':db.cardinality/one'
    const types = ['bigint', 'double', 'bigdec']
    await conn.transact(
      types.map((t) => ({
        'db/ident': `:n/${t}`,
        'db/valueType': `:db.type/${t}`,
        'db/cardinality': one,
        'db/index': true,
      })),
    )
    await conn.transact([
      { 'n/bigint': 5n, 'n/double': Number.NEGATIVE_INFINITY, 'n/bigdec': '1.5' },
      { 'n/bigint': 6n, 'n/double': 0.5, 'n/bigdec': '2' },
      { 'n/bigint': 2n ** 70n, 'n/double': Number.POSITIVE_INFINITY, 'n/bigdec': '2.01' },
    ])
    const db = conn.db()
    expect(shown(await db.indexRange('n/bigint', 5n, 2n ** 70n))).toEqual([5n, 6n])
    expect(shown(await db.indexRange('n/double', null, Number.POSITIVE_INFINITY))).toEqual([
      Number.NEGATIVE_INFINITY,
      0.5,
    ])
    expect(shown(await db.indexRange('n/bigdec', '1.50', '2.0'))).toEqual(['1.5'])
    expect(shown(await db.indexRange('n/bigint', 0n, 7n, { limit: 1, offset: 1 }))).toEqual([6n])
  })

  it('seeks forwards to the end of the index, and backwards to its start', async () => {
    const db = conn.db()
    const from = await db.seekDatoms('avet', 'p/age', 15, { limit: 3 })
    expect(shown(from)).toEqual([20, 20, 30])
    const e = (await db.entid(['p/name', 'd'])) as number
    expect((await db.seekDatoms('aevt', 'p/mood', e)).filter((d) => d.v === 'm').map((d) => d.e)).toEqual([e, e + 1])
    expect(shown(await db.rseekDatoms('avet', 'p/age', 25, { limit: 3 }))).toEqual([20, 20, 10])
    const all = await db.datoms('eavt')
    expect(await db.seekDatoms('eavt')).toEqual(all)
    expect(await db.rseekDatoms('eavt')).toEqual([...all].reverse())
  })

  it('ranges over values, the end excluded', async () => {
    const db = conn.db()
    expect(shown(await db.indexRange('p/age', 10, 30))).toEqual([10, 10, 20, 20])
    expect(shown(await db.indexRange('p/age', 11))).toEqual([20, 20, 30])
    expect(shown(await db.indexRange('p/age', null, 20))).toEqual([10, 10])
    expect(shown(await db.indexRange('p/name', 'b', 'd', { limit: 1 }))).toEqual(['b'])
    expect(shown(await db.indexRange('p/age', 30, 10))).toEqual([])
    expect(shown(await db.asOf(1).indexRange('p/age'))).toEqual([])
  })

  it('pulls along an index', async () => {
    const db = conn.db()
    const start = ['p/age', 20] as const
    expect(await db.indexPull({ index: 'avet', pattern: ['p/name'], start })).toEqual([
      { 'p/name': 'b' },
      { 'p/name': 'e' },
      { 'p/name': 'c' },
    ])
    const back = await db.indexPull({ index: 'avet', pattern: '[:p/name]', start, reverse: true, limit: 2 })
    expect(back).toEqual([{ 'p/name': 'e' }, { 'p/name': 'b' }])
  })

  it('gives the same rows page by page as all at once, either way and in every view', async () => {
    const ids = await conn.db().q<number[]>('[:find [?e ...] :where [?e :p/name]]')
    for (let i = 0; i < 30; i++) {
      const e = ids[i % ids.length] as number
      await conn.transact([{ 'db/id': e, 'p/age': i, 'p/mood': i % 4 === 0 ? 'low' : 'm' }])
    }
    const db = conn.db()
    for (const seen of [db, db.asOf(20), db.since(20), db.history(), db.history().asOf(25)]) {
      for (const ask of [
        (page: object) => seen.datoms('eavt', page),
        (page: object) => seen.datoms('aevt', 'p/mood', page),
        (page: object) => seen.seekDatoms('avet', 'p/age', 12, page),
        (page: object) => seen.rseekDatoms('avet', 'p/age', 22, page),
        (page: object) => seen.rseekDatoms('eavt', ids[2], page),
        (page: object) => seen.indexRange('p/age', 3, 25, page),
      ]) {
        const all = await ask({})
        for (const limit of [1, 3, 10]) {
          for (const offset of [0, 1, 7, Math.max(0, all.length - 1)]) {
            expect(await ask({ limit, offset })).toEqual(all.slice(offset, offset + limit))
          }
        }
        expect(await ask({ limit: 1e6 })).toEqual(all)
        expect(await ask({ limit: 0 })).toEqual([])
      }
    }
  })

  it('refuses what makes no sense, with a code', async () => {
    const db = conn.db()
    await expect(db.datoms('avet', 'p/mood')).rejects.toMatchObject({ code: 'db/not-indexed' })
    await expect(db.indexRange('p/mood')).rejects.toMatchObject({ code: 'db/not-indexed' })
    await expect(db.datoms('tave' as 'eavt')).rejects.toMatchObject({ code: 'db/unknown-index' })
    await expect(db.datoms('aevt', 'p/nam')).rejects.toMatchObject({
      code: 'attribute/unknown',
      data: { nearest: ':p/name' },
    })
    await expect(db.datoms('aevt', 'p/name', { limit: -1 })).rejects.toMatchObject({ code: 'db/bad-option' })
    await expect(db.datoms('avet', 'p/age', 'old')).rejects.toMatchObject({ code: 'value/wrong-type' })
    const wrong = { code: 'db/bad-option' }
    await expect(db.indexRange('p/age', 1, 9, { limit: -1 })).rejects.toMatchObject(wrong)
    await expect(db.indexRange('p/age', 1, 9, { limt: 1 } as object)).rejects.toMatchObject(wrong)
    await expect(
      db.indexPull({ index: 'avet', start: ['p/age'], pattern: ['p/name'], limit: 0.5 }),
    ).rejects.toMatchObject(wrong)
    await expect(db.datoms('eavt', undefined as never, 'p/age')).rejects.toMatchObject(wrong)
  })

  it('finds what a transaction retracted by that transaction, in every order', async () => {
    const later = await conn.transact([[':db/add', ['p/name', 'a'], 'p/age', 11]])
    const e = (await conn.db().entid(['p/name', 'a'])) as number
    const history = conn.db().history()
    const [said] = await history.datoms('eavt', e, 'p/age', 10)
    const first = said?.tx as number
    for (const at of [
      ['eavt', e, 'p/age', 10],
      ['aevt', 'p/age', e, 10],
      ['avet', 'p/age', 10, e],
    ] as const) {
      const [index, ...place] = at
      const told = (ds: readonly ShownDatom[]): unknown[] => ds.map(({ v, tx, added }) => [v, tx, added])
      expect(told(await history.datoms(index, ...place, first))).toEqual([[10, first, true]])
      expect(told(await history.datoms(index, ...place, later.tx))).toEqual([[10, later.tx, false]])
      expect(await history.datoms(index, ...place, later.tx + 1)).toEqual([])
      expect(told(await history.seekDatoms(index, ...place, later.tx, { limit: 1 } as const))).toEqual([
        [10, later.tx, false],
      ])
      expect(told(await history.rseekDatoms(index, ...place, first, { limit: 1 } as const))).toEqual([
        [10, first, true],
      ])
    }
  })

  it('finds nothing between values of which one is of nobody', async () => {
    await conn.transact([
      {
        'db/ident': ':p/boss',
        'db/valueType': ':db.type/ref',
        'db/cardinality': ':db.cardinality/one',
        'db/index': true,
      },
    ])
    await conn.transact([{ 'p/name': 'f', 'p/boss': ['p/name', 'a'] }])
    const db = conn.db()
    expect(await db.indexRange('p/boss', ['p/name', 'nobody'])).toEqual([])
    expect(await db.indexRange('p/boss', undefined, ['p/name', 'nobody'])).toEqual([])
    expect(await db.indexRange('p/boss', ['p/name', 'a'])).toHaveLength(1)
  })
})
