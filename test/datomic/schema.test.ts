import { describe, expect, it } from 'vitest'
import { attribute, example, refused, said, values } from '../support/example.ts'

/** docs.datomic.com/schema/schema-reference.html. */
describe('an attribute', () => {
  it('is an entity with an ident, a type and a cardinality, in map or list form', async () => {
    const conn = await example()
    await conn.transact([
      [':db/add', 'a', 'db/ident', ':p/name'],
      [':db/add', 'a', 'db/valueType', ':db.type/string'],
      [':db/add', 'a', 'db/cardinality', ':db.cardinality/one'],
      [':db/add', 'a', 'db/doc', 'what it is called'],
    ])
    await conn.transact([{ 'p/name': 'n' }])
    const about = '[:find (pull ?a [:db/ident :db/doc {:db/valueType [:db/ident]}]) . :where [?a :db/ident :p/name]]'
    expect(await conn.db().q(about)).toEqual({
      'db/ident': ':p/name',
      'db/doc': 'what it is called',
      'db/valueType': { 'db/ident': ':db.type/string' },
    })
  })

  it('can have facts of the application, like any entity', async () => {
    const conn = await example({ 'my/note': { type: 'string' }, 'p/name': { type: 'string' } })
    await conn.transact([{ 'db/id': ':p/name', 'my/note': 'a note' }])
    expect(await values(conn, ':p/name', 'my/note')).toEqual(['a note'])
  })

  it('has no name that would be read as a reverse one', async () => {
    const conn = await example()
    for (const name of [':p/_name', ':_name']) await refused(conn, [attribute(name, 'string')], 'schema/malformed')
  })

  it('has a name that can be written, with one namespace at most; other idents are free', async () => {
    const conn = await example({ 'p/name': { type: 'string' } })
    for (const name of [':p/q/r', ':p/a name', ':/', ':p:q/r']) {
      await refused(conn, [attribute(name, 'string')], 'schema/malformed')
      await refused(conn, [{ 'db/id': ':p/name', 'db/ident': name }], 'schema/malformed')
    }
    await conn.transact([attribute(':plain', 'string'), { 'db/ident': ':a:b' }])
    await conn.transact([{ plain: 'x' }])
  })

  it('works from the transaction after its own', async () => {
    const conn = await example()
    await refused(conn, [attribute(':p/name', 'string'), { 'p/name': 'n' }], 'attribute/unknown')
  })

  it.each([
    ['string', 'text', ''],
    ['long', -5, 2 ** 52],
    ['bigint', 2n ** 30_000n, -1n],
    ['double', 1.5, Number.NEGATIVE_INFINITY],
    ['bigdec', '12.5', '-0.001'],
    ['boolean', true, false],
    ['instant', new Date(0), new Date(-1)],
    ['keyword', ':a/b', ':c'],
    ['symbol', 'a/b', 'c'],
    ['uuid', '00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
    ['uri', 'https://a.example/x', 'urn:b'],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([])],
  ] as const)('of type %s keeps its values', async (type, x, y) => {
    const conn = await example({ 't/one': { type }, 't/many': { type, many: true } })
    const r = await conn.transact([{ 'db/id': 'e', 't/one': x, 't/many': [x, y] }])
    expect(await values(conn, r.tempids.e, 't/one')).toEqual([x])
    expect(new Set(await values(conn, r.tempids.e, 't/many'))).toEqual(new Set([x, y]))
    expect(said(await conn.transact([{ 'db/id': r.tempids.e, 't/one': x, 't/many': [y] }]))).toEqual([])
  })

  it('says no to what is not of its type', async () => {
    const conn = await example({ 't/n': { type: 'long' }, 't/k': { type: 'keyword' }, 't/b': { type: 'boolean' } })
    await refused(conn, [{ 't/n': '1' }], 'value/wrong-type')
    await refused(conn, [{ 't/n': 9_007_199_254_740_992 }], 'value/out-of-range')
    await refused(conn, '[{:t/n 9007199254740993}]', 'value/out-of-range')
    await refused(conn, [{ 't/k': 'no keyword' }], 'value/wrong-type')
    await refused(conn, [{ 't/b': 1 }], 'value/wrong-type')
  })
})

describe('db/ident', () => {
  it('names entities of any kind, enumerated values first of all', async () => {
    const conn = await example({ 'p/color': { type: 'ref' } })
    await conn.transact([{ 'db/ident': ':green' }, { 'db/ident': ':red', 'db/doc': 'danger' }])
    const r = await conn.transact([{ 'db/id': 'x', 'p/color': ':green' }])
    expect(await values(conn, r.tempids.x, 'p/color')).toEqual([await conn.db().entid(':green')])
    expect(await conn.db().q('[:find ?e . :where [?e :p/color :green]]')).toBe(r.tempids.x)
  })

  it('is unique: asserting it again finds the entity', async () => {
    const conn = await example()
    const one = await conn.transact([{ 'db/id': 'x', 'db/ident': ':green' }])
    const two = await conn.transact([{ 'db/id': 'y', 'db/ident': ':green', 'db/doc': 'again' }])
    expect(two.tempids.y).toBe(one.tempids.x)
  })
})

describe('db/isComponent', () => {
  it('is for refs only, and pull expands what it leads to', async () => {
    const conn = await example({ 'o/line': { type: 'ref', component: true }, 'l/n': { type: 'long' } })
    await refused(conn, [attribute(':a/x', 'long', { 'db/isComponent': true })], 'schema/malformed')
    const r = await conn.transact([{ 'db/id': 'o', 'o/line': { 'l/n': 1 } }])
    expect(await conn.db().pull(['o/line'], r.tempids.o as number)).toMatchObject({ 'o/line': { 'l/n': 1 } })
  })
})

describe('db/noHistory', () => {
  it('keeps the newest value only, of present and past', async () => {
    const conn = await example({
      's/at': { type: 'long', noHistory: true },
      's/id': { type: 'string', unique: 'identity' },
    })
    const one = await conn.transact([{ 's/id': 'a', 's/at': 1 }])
    await conn.transact([{ 's/id': 'a', 's/at': 2 }])
    expect((await conn.db().history().datoms('aevt', 's/at')).map((d) => [d.v, d.added])).toEqual([[2, true]])
    expect(await conn.db().asOf(one.tx).datoms('aevt', 's/at')).toEqual([])
    await conn.transact([[':db/retract', ['s/id', 'a'], 's/at', 2]])
    expect(await conn.db().history().datoms('aevt', 's/at')).toEqual([])
  })
})

describe('tuples', () => {
  const members = { 'r/course': { type: 'string' }, 'r/term': { type: 'long' } } as const
  const key = { 'r/key': { type: 'tuple', tupleAttrs: ['r/course', 'r/term'], unique: 'identity' } } as const

  it('composite: made of other attributes, absent ones null, gone when all are', async () => {
    const conn = await example({ ...members, ...key })
    const r = await conn.transact([{ 'db/id': 'x', 'r/course': 'math' }])
    const { x } = r.tempids
    expect(await values(conn, x, 'r/key')).toEqual([['math', null]])
    await conn.transact([[':db/add', x, 'r/term', 1]])
    expect(await values(conn, x, 'r/key')).toEqual([['math', 1]])
    await conn.transact([[':db/retract', x, 'r/course', 'math']])
    expect(await values(conn, x, 'r/key')).toEqual([[null, 1]])
    await conn.transact([[':db/retract', x, 'r/term']])
    expect(await values(conn, x)).toEqual([])
  })

  it('composite: nobody else says it, whether or not a member is spoken about', async () => {
    const conn = await example({ ...members, ...key })
    const r = await conn.transact([{ 'db/id': 'x', 'r/course': 'math', 'r/term': 1 }])
    await refused(conn, [[':db/add', r.tempids.x, 'r/key', ['art', 2]]], 'tx/datoms-conflict')
    await refused(conn, [{ 'r/key': ['art', 2] }], 'tx/datoms-conflict')
    await refused(conn, [{ 'r/key': ['art', 2], 'r/course': 'art', 'r/term': 3 }], 'tx/datoms-conflict')
    await refused(conn, [[':db/retract', r.tempids.x, 'r/key', ['math', 1]]], 'tx/datoms-conflict')
  })

  it('composite: unique ones keep others away, absent members counting as equal', async () => {
    const conn = await example({ ...members, ...key })
    await conn.transact([{ 'r/course': 'math', 'r/term': 1 }, { 'r/course': 'art' }])
    await refused(conn, [{ 'r/course': 'math', 'r/term': 1 }], 'tx/unique-conflict')
    await refused(conn, [{ 'r/course': 'art' }], 'tx/unique-conflict')
    await conn.transact([{ 'r/course': 'math', 'r/term': 2 }])
  })

  it('composite: the key passes from one entity to another in one transaction', async () => {
    const conn = await example({ ...members, ...key })
    const r = await conn.transact([
      { 'db/id': 'x', 'r/course': 'math', 'r/term': 1 },
      { 'db/id': 'y', 'r/course': 'math', 'r/term': 2 },
    ])
    await conn.transact([
      [':db/add', r.tempids.x, 'r/term', 2],
      [':db/add', r.tempids.y, 'r/term', 3],
    ])
    expect(await conn.db().entid(['r/key', ['math', 2]])).toBe(r.tempids.x)
  })

  it('composite: given in a map beside its members, it finds the entity', async () => {
    const conn = await example({ ...members, ...key })
    const one = await conn.transact([{ 'db/id': 'x', 'r/course': 'math', 'r/term': 1 }])
    const two = await conn.transact([
      { 'db/id': 'y', 'r/key': ['math', 1], 'r/course': 'math', 'r/term': 1, 'db/doc': 'd' },
    ])
    expect(two.tempids.y).toBe(one.tempids.x)
    expect(said(two)).toEqual([['d', true]])
  })

  it('composite: follows its members through retractEntity and new facts in one transaction', async () => {
    const conn = await example({ ...members, ...key })
    const r = await conn.transact([{ 'db/id': 'x', 'r/course': 'math', 'r/term': 1 }])
    await conn.transact([
      [':db/retractEntity', r.tempids.x],
      [':db/add', r.tempids.x, 'r/course', 'art'],
    ])
    expect(await values(conn, r.tempids.x)).toEqual(['art', ['art', null]])
  })

  it('composite: made later, it fills with the next word about a member, be it the same', async () => {
    const conn = await example(members)
    const r = await conn.transact([{ 'db/id': 'x', 'r/course': 'math' }])
    await conn.transact([attribute(':r/key', 'tuple', { 'db/tupleAttrs': [':r/course', ':r/term'] })])
    expect(await values(conn, r.tempids.x, 'r/key')).toEqual([])
    await conn.transact([[':db/add', r.tempids.x, 'r/course', 'math']])
    expect(await values(conn, r.tempids.x, 'r/key')).toEqual([['math', null]])
  })

  it('composite: may be made in one transaction with what it joins, which one undo takes back and another restores', async () => {
    const conn = await example()
    const made = await conn.transact([
      attribute(':r/key', 'tuple', { 'db/tupleAttrs': [':r/course', ':r/term'], 'db/unique': ':db.unique/identity' }),
      attribute(':r/course', 'string'),
      attribute(':r/term', 'long'),
    ])
    expect(made.tempids).toEqual({})
    const undone = await conn.undo(made.id)
    expect(undone.skipped).toEqual([])
    for (const name of [':r/key', ':r/course', ':r/term']) expect(await conn.db().entid(name)).toBeUndefined()
    expect((await conn.undo(undone.id as string)).skipped).toEqual([])
    const r = await conn.transact('[{:db/id "x" :r/course "math" :r/term 1}]')
    expect(await conn.db().entid(['r/key', ['math', 1]])).toBe(r.tempids.x)
    expect((await conn.undo(made.id)).reverted).toEqual([])
  })

  it('composite: joins what the transaction or the database has, each of cardinality one', async () => {
    const conn = await example({ 'r/term': { type: 'long' } })
    const key = attribute(':r/key', 'tuple', { 'db/tupleAttrs': [':r/course', ':r/term'] })
    await refused(conn, [key], 'ident/unknown')
    await refused(conn, [key, { 'db/ident': ':r/course' }], 'schema/malformed')
    const many = { 'db/cardinality': ':db.cardinality/many' }
    await refused(conn, [key, { ...attribute(':r/course', 'string'), ...many }], 'schema/malformed')
    await refused(conn, [key, attribute(':r/course', 'string'), { 'db/id': ':r/term', ...many }], 'schema/malformed')
    await conn.transact([key, attribute(':r/course', 'string')])
    await refused(conn, [[':db/retractEntity', ':r/course']], 'schema/in-use')
    await conn.transact([
      [':db/retractEntity', ':r/course'],
      [':db/retractEntity', ':r/key'],
    ])
    expect(await conn.db().entid(':r/course')).toBeUndefined()
  })

  it('composite: joins 2 to 8 attributes of cardinality one that are no tuples', async () => {
    const conn = await example({ ...members, 'r/many': { type: 'long', many: true } })
    const tuple = (attrs: unknown) => [attribute(':r/t', 'tuple', { 'db/tupleAttrs': attrs })]
    await refused(conn, tuple([':r/course', ':r/many']), 'schema/malformed')
    await refused(conn, tuple([':r/course']), 'value/out-of-range')
    await refused(conn, tuple(Array(9).fill(':r/course')), 'value/out-of-range')
    const many = attribute(':r/t', 'tuple', { 'db/tupleAttrs': [':r/course', ':r/term'] })
    await refused(conn, [{ ...many, 'db/cardinality': ':db.cardinality/many' }], 'schema/malformed')
  })

  it('heterogeneous: one type for each place, null for nothing', async () => {
    const conn = await example({ 'p/at': { type: 'tuple', tupleTypes: ['string', 'long', 'keyword'] as never } })
    const r = await conn.transact([{ 'db/id': 'x', 'p/at': ['a', null, ':k'] }])
    expect(await values(conn, r.tempids.x)).toEqual([['a', null, ':k']])
    await refused(conn, [{ 'p/at': ['a', 1] }], 'value/wrong-type')
    await refused(conn, [{ 'p/at': [1, 'a', ':k'] }], 'value/wrong-type')
  })

  it('homogeneous: a hole in a list is nothing, as null is', async () => {
    const conn = await example({ 't/run': { type: 'tuple', tupleType: 'string' } })
    const { tempids } = await conn.transact([{ 'db/id': 'e', 't/run': ['a', '', 'c'] }])
    const holed = ['a', 'b', 'c']
    delete holed[1]
    await conn.transact([{ 'db/id': tempids.e, 't/run': holed }])
    expect(await values(conn, tempids.e)).toEqual([['a', null, 'c']])
  })

  it('homogeneous: 2 to 8 of one type', async () => {
    const conn = await example({ 'p/xs': { type: 'tuple', tupleType: 'long' } })
    const r = await conn.transact([{ 'db/id': 'x', 'p/xs': [1, 2, 3] }])
    expect(await values(conn, r.tempids.x)).toEqual([[1, 2, 3]])
    await refused(conn, [{ 'p/xs': [1, 'a'] }], 'value/wrong-type')
    await refused(conn, [{ 'p/xs': [1] }], 'value/out-of-range')
    await refused(conn, [{ 'p/xs': Array(9).fill(1) }], 'value/out-of-range')
  })

  it('are made in exactly one of the three ways', async () => {
    const conn = await example(members)
    await refused(conn, [attribute(':r/t', 'tuple')], 'schema/malformed')
    const both = { 'db/tupleType': ':db.type/long', 'db/tupleTypes': [':db.type/long', ':db.type/long'] }
    await refused(conn, [attribute(':r/t', 'tuple', both)], 'schema/malformed')
    await refused(conn, [attribute(':r/t', 'long', { 'db/tupleType': ':db.type/long' })], 'schema/malformed')
  })
})
