import { describe, expect, it } from 'vitest'
import { example, refused, said, values } from '../support/example.ts'

/** docs.datomic.com/schema/identity.html: identity and uniqueness. */
const schema = {
  'p/email': { type: 'string', unique: 'identity' },
  'p/ssn': { type: 'long', unique: 'identity' },
  'p/badge': { type: 'string', unique: 'value' },
  'p/aliases': { type: 'string', many: true, unique: 'identity' },
  'p/name': { type: 'string' },
  'p/peers': { type: 'ref', many: true },
  'p/home': { type: 'ref', unique: 'identity' },
} as const

describe('unique identity', () => {
  it('finds the entity instead of making another', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/name': 'old' }])
    const two = await conn.transact([
      [':db/add', 'y', 'p/email', 'a'],
      [':db/add', 'y', 'p/name', 'new'],
    ])
    expect(two.tempids.y).toBe(one.tempids.x)
    expect(await values(conn, ['p/email', 'a'])).toEqual(['a', 'new'])
  })

  it('of several attributes must agree', async () => {
    const conn = await example(schema)
    await conn.transact([
      { 'p/email': 'a', 'p/ssn': 1 },
      { 'p/email': 'b', 'p/ssn': 2 },
    ])
    const same = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/ssn': 1 }])
    expect(said(same)).toEqual([])
    await refused(conn, [{ 'p/email': 'a', 'p/ssn': 2 }], 'tx/tempid-conflict')
  })

  it('given to an entity that is named by id or lookup ref, keeps others away', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'p/email': 'a' }, { 'db/id': 'x', 'p/email': 'b' }])
    await refused(conn, [[':db/add', r.tempids.x, 'p/email', 'a']], 'tx/unique-conflict')
    await refused(conn, [[':db/add', ['p/email', 'b'], 'p/email', 'a']], 'tx/unique-conflict')
    await conn.transact([[':db/add', ['p/email', 'b'], 'p/email', 'c']])
    expect(await conn.db().entid(['p/email', 'c'])).toBe(r.tempids.x)
  })

  it('joins tempids through third ones, in whatever order they come', async () => {
    const conn = await example(schema)
    const forms = [
      [':db/add', 'x', 'p/email', 'a'],
      [':db/add', 'y', 'p/email', 'a'],
      [':db/add', 'y', 'p/ssn', 7],
      [':db/add', 'z', 'p/ssn', 7],
      [':db/add', 'z', 'p/name', 'n'],
    ]
    for (const order of [forms, [...forms].reverse()]) {
      const r = await conn.transact(order)
      expect(new Set(Object.values(r.tempids)).size).toBe(1)
    }
    expect(await values(conn, ['p/email', 'a'])).toEqual(['a', 7, 'n'])
  })

  it('reaches through refs, several of them', async () => {
    const conn = await example(schema)
    const one = await conn.transact([
      { 'db/id': 'c', 'p/home': 'b', 'p/name': 'third' },
      { 'db/id': 'b', 'p/home': 'a' },
      { 'db/id': 'a', 'p/email': 'a' },
    ])
    const two = await conn.transact([
      { 'db/id': 'k', 'p/home': 'j', 'p/name': 'THIRD' },
      { 'db/id': 'j', 'p/home': 'i' },
      { 'db/id': 'i', 'p/email': 'a' },
    ])
    expect(two.tempids).toEqual({ k: one.tempids.c, j: one.tempids.b, i: one.tempids.a })
  })

  it('of an attribute with many finds by any of the values', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'db/id': 'x', 'p/aliases': ['a', 'b'] }])
    const two = await conn.transact([{ 'db/id': 'y', 'p/aliases': ['b', 'c'] }])
    expect(two.tempids.y).toBe(one.tempids.x)
    expect(await values(conn, ['p/aliases', 'c'], 'p/aliases')).toEqual(['a', 'b', 'c'])
  })

  it('is free again once it was retracted', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/name': 'n' }])
    await conn.transact([[':db/retract', one.tempids.x, 'p/email', 'a']])
    const two = await conn.transact([{ 'db/id': 'y', 'p/email': 'a' }])
    expect(two.tempids.y).not.toBe(one.tempids.x)
  })
})

describe('unique value', () => {
  it('refuses a second owner, and never finds the first', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/badge': 'k' }])
    await refused(conn, [{ 'p/badge': 'k' }], 'tx/unique-conflict')
    await refused(conn, [{ 'p/badge': 'm' }, { 'p/badge': 'm' }], 'tx/unique-conflict')
    expect(said(await conn.transact([[':db/add', r.tempids.x, 'p/badge', 'k']]))).toEqual([])
  })

  it('passes from one to another in one transaction', async () => {
    const conn = await example(schema)
    const r = await conn.transact([
      { 'db/id': 'x', 'p/email': 'a', 'p/badge': 'k' },
      { 'db/id': 'y', 'p/email': 'b', 'p/badge': 'm' },
    ])
    await conn.transact([
      [':db/add', r.tempids.x, 'p/badge', 'm'],
      [':db/add', r.tempids.y, 'p/badge', 'k'],
    ])
    expect(await conn.db().entid(['p/badge', 'm'])).toBe(r.tempids.x)
    expect(await conn.db().entid(['p/badge', 'k'])).toBe(r.tempids.y)
  })
})

describe('lookup refs', () => {
  it('name entities everywhere: queries, pull, indexes, transactions', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'p/email': 'a', 'p/badge': 'k', 'p/name': 'n' }])
    const db = conn.db()
    const { x } = r.tempids
    for (const ref of [
      ['p/email', 'a'],
      [':p/badge', 'k'],
    ] as const) {
      expect(await db.entid(ref)).toBe(x)
      expect(await db.pull(['p/name'], ref)).toEqual({ 'p/name': 'n' })
      expect(await db.q('[:find ?n . :in $ ?e :where [?e :p/name ?n]]', [ref])).toBe('n')
      expect((await db.datoms('eavt', ref, 'p/name')).map((d) => d.v)).toEqual(['n'])
      expect(said(await conn.transact([[':db/add', ref, 'p/name', 'n']]))).toEqual([])
    }
    const nested = await conn.transact([{ 'db/id': 'h', 'p/home': ['p/email', 'a'] }])
    expect(await conn.db().entid(['p/home', ['p/email', 'a']])).toBe(nested.tempids.h)
  })

  it('of nobody are undefined, of attributes that are not unique an error', async () => {
    const conn = await example(schema)
    expect(await conn.db().entid(['p/email', 'zz'])).toBeUndefined()
    expect(await conn.db().pull('[*]', ['p/email', 'zz'])).toBeUndefined()
    await expect(conn.db().entid(['p/name', 'n'])).rejects.toMatchObject({ code: 'entity/bad-id' })
  })

  it('of a past value are resolved then', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'db/id': 'x', 'p/email': 'a' }])
    const two = await conn.transact([[':db/retractEntity', one.tempids.x], { 'db/id': 'y', 'p/email': 'b' }])
    await conn.transact([{ 'db/id': two.tempids.y, 'p/email': 'a' }])
    expect(await conn.db().asOf(one.tx).entid(['p/email', 'a'])).toBe(one.tempids.x)
    expect(await conn.db().asOf(two.tx).entid(['p/email', 'a'])).toBeUndefined()
    expect(await conn.db().entid(['p/email', 'a'])).toBe(two.tempids.y)
  })
})

describe('entity ids', () => {
  it('are those of entities that were mentioned at least once', async () => {
    const conn = await example(schema)
    await refused(conn, [[':db/add', 123_456, 'p/name', 'n']], 'tx/unknown-entity')
    await refused(conn, [{ 'p/email': 'a', 'p/peers': [123_456] }], 'tx/unknown-entity')
    const r = await conn.transact([{ 'db/id': 'x', 'p/email': 'a' }])
    await conn.transact([[':db/retractEntity', r.tempids.x]])
    await conn.transact([[':db/add', r.tempids.x, 'p/name', 'back']])
    expect(await values(conn, r.tempids.x)).toEqual(['back'])
  })

  it('are integers from 0 below 2^30', async () => {
    const conn = await example(schema)
    for (const id of [-1, 1.5, 2 ** 30]) await refused(conn, [[':db/add', id, 'p/name', 'n']], 'entity/bad-id')
  })
})
