import { beforeEach, describe, expect, it } from 'vitest'
import type { Connection, ShownDatom } from '../../src/engine.ts'
import { example } from '../support/example.ts'

/** docs.datomic.com/indexes/index-model.html and the index APIs: datoms, seek, range, pull. */
let conn: Connection
let ids: Readonly<Record<string, number>>
const schema = {
  'p/name': { type: 'string', unique: 'identity' },
  'p/age': { type: 'long', index: true },
  'p/note': { type: 'string' },
  'p/peers': { type: 'ref', many: true },
} as const
const v = (ds: readonly ShownDatom[]): unknown[] => ds.map((d) => d.v)

beforeEach(async () => {
  conn = await example(schema)
  const r = await conn.transact([
    { 'db/id': 'b', 'p/name': 'b', 'p/age': 30, 'p/peers': ['a', 'c'] },
    { 'db/id': 'a', 'p/name': 'a', 'p/age': 20, 'p/note': 'first' },
    { 'db/id': 'c', 'p/name': 'c', 'p/age': 20, 'p/peers': ['a'] },
  ])
  ids = r.tempids
})

describe('EAVT', () => {
  it('holds all datoms, by entity, attribute, value', async () => {
    expect(v(await conn.db().datoms('eavt', ids.b))).toEqual(['b', 30, ...[ids.a, ids.c].sort()])
    expect(v(await conn.db().datoms('eavt', ids.b, 'p/peers', ids.c))).toEqual([ids.c])
    expect(await conn.db().datoms('eavt', ids.b, 'p/note')).toEqual([])
  })
})

describe('AEVT', () => {
  it('is a column of one attribute, by entity', async () => {
    const ages = await conn.db().datoms('aevt', 'p/age')
    expect(ages.map((d) => d.e)).toEqual([...ages.map((d) => d.e)].sort((x, y) => x - y))
    expect(v(await conn.db().datoms('aevt', 'p/age', ids.a))).toEqual([20])
  })
})

describe('AVET', () => {
  it('holds attributes that are indexed or unique, by value then entity', async () => {
    expect(v(await conn.db().datoms('avet', 'p/name'))).toEqual(['a', 'b', 'c'])
    const twenty = await conn.db().datoms('avet', 'p/age', 20)
    expect(twenty.map((d) => d.e)).toEqual([ids.a, ids.c].sort())
    expect(await conn.db().datoms('avet', 'p/age', 20, ids.c)).toHaveLength(1)
    await expect(conn.db().datoms('avet', 'p/note')).rejects.toMatchObject({ code: 'db/not-indexed' })
  })
})

describe('VAET', () => {
  it('finds who points to an entity', async () => {
    expect((await conn.db().datoms('vaet', ids.a, 'p/peers')).map((d) => d.e).sort()).toEqual([ids.b, ids.c].sort())
    expect(await conn.db().datoms('vaet', ids.b)).toEqual([])
  })
})

describe('seeking', () => {
  it('starts at the first datom that is not before, and goes on past the attribute', async () => {
    const from = await conn.db().seekDatoms('avet', 'p/age', 21)
    expect(from[0]?.v).toBe(30)
    const later = await conn.db().seekDatoms('aevt', 'p/age')
    expect(new Set(later.map((d) => d.a)).size).toBeGreaterThan(1)
    expect(v(await conn.db().seekDatoms('avet', 'p/age', 20, ids.c, { limit: 2 }))).toEqual(
      (ids.c as number) > (ids.a as number) ? [20, 30] : [20, 20],
    )
  })

  it('backwards is the mirror of forwards', async () => {
    const all = await conn.db().seekDatoms('avet', 'p/age')
    const upTo = await conn.db().rseekDatoms('avet', 'p/age', 30)
    expect(upTo[0]).toEqual(all[2])
    expect(v(upTo.slice(0, 3))).toEqual([30, 20, 20])
  })
})

describe('indexRange', () => {
  it('takes the start and leaves the end', async () => {
    const range = async (start?: unknown, end?: unknown) => v(await conn.db().indexRange('p/age', start, end))
    expect(await range(20, 30)).toEqual([20, 20])
    expect(await range(20, 31)).toEqual([20, 20, 30])
    expect(await range(null, 30)).toEqual([20, 20])
    expect(await range(21, null)).toEqual([30])
    expect(await range()).toEqual([20, 20, 30])
  })

  it('of a past value and of history', async () => {
    const before = conn.db()
    await conn.transact([{ 'p/name': 'a', 'p/age': 25 }])
    expect(v(await conn.db().indexRange('p/age', 20, 30))).toEqual([20, 25])
    expect(v(await conn.db().asOf(before.basisT).indexRange('p/age', 20, 30))).toEqual([20, 20])
    expect(v(await conn.db().history().indexRange('p/age', 20, 30)).length).toBe(4)
  })
})

describe('indexPull', () => {
  it('pulls in the order of an index, from a start within its attribute, both ways', async () => {
    const pattern = ['p/name']
    const names = async (request: object): Promise<unknown[]> =>
      (await conn.db().indexPull({ pattern, ...request } as never)).map((x) => x?.['p/name'])
    expect((await names({ index: 'avet', start: ['p/age'] })).at(-1)).toBe('b')
    expect(await names({ index: 'avet', start: ['p/age', 25] })).toEqual(['b'])
    expect(await names({ index: 'avet', start: ['p/name', 'b'], reverse: true })).toEqual(['b', 'a'])
    expect(await names({ index: 'avet', start: ['p/name'], offset: 1, limit: 1 })).toEqual(['b'])
  })

  it('of a ref in AEVT pulls what it leads to, of another attribute what has it', async () => {
    const names = async (...start: unknown[]): Promise<unknown[]> =>
      (await conn.db().indexPull({ index: 'aevt', start: start as [string], pattern: ['p/name'] })).map(
        (x) => (x as Record<string, unknown>)['p/name'],
      )
    const peers = await conn.db().datoms('aevt', 'p/peers')
    const nameOf = new Map(Object.entries(ids).map(([name, id]) => [id, name]))
    expect(await names('p/peers')).toEqual(peers.map((d) => nameOf.get(d.v as number)))
    expect(await names('p/peers', ids.c)).toEqual(
      peers.filter((d) => d.e >= (ids.c as number)).map((d) => nameOf.get(d.v as number)),
    )
    expect(await names('p/note')).toEqual(['a'])
  })
})
