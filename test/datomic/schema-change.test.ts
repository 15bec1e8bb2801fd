import { describe, expect, it } from 'vitest'
import { attribute, example, refused, values } from '../support/example.ts'

/** docs.datomic.com/schema/schema-change.html. */
const schema = {
  'p/id': { type: 'string', unique: 'identity' },
  'p/name': { type: 'string' },
  'p/tags': { type: 'string', many: true },
  'p/peer': { type: 'ref' },
} as const

describe('renaming', () => {
  it('the new and the old ident lead to the entity, which shows the new one', async () => {
    const conn = await example(schema)
    const a = await conn.db().entid(':p/name')
    await conn.transact([{ 'db/id': ':p/name', 'db/ident': ':p/full-name' }])
    const db = conn.db()
    expect([await db.entid(':p/name'), await db.entid(':p/full-name')]).toEqual([a, a])
    await conn.transact([{ 'p/id': 'x', 'p/name': 'by the old' }])
    await conn.transact([{ 'p/id': 'y', 'p/full-name': 'by the new' }])
    const names = '[:find [?n ...] :where [_ :p/name ?n]]'
    expect(((await conn.db().q(names)) as string[]).sort()).toEqual(['by the new', 'by the old'])
    expect(await conn.db().pull('[*]', ['p/id', 'x'])).toMatchObject({ 'p/full-name': 'by the old' })
  })

  it('an old ident that is given to another ceases to point to the first', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/name': 'n' }])
    await conn.transact([{ 'db/id': ':p/name', 'db/ident': ':p/full-name' }])
    await conn.transact([attribute(':p/name', 'long')])
    await conn.transact([{ 'p/id': 'x', 'p/name': 5 }])
    expect(await conn.db().pull(['p/name', 'p/full-name'], ['p/id', 'x'])).toEqual({ 'p/name': 5, 'p/full-name': 'n' })
  })

  it('of enumerated values works alike', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'db/ident': ':green' }])
    await conn.transact([{ 'p/id': 'x', 'p/peer': ':green' }])
    await conn.transact([{ 'db/id': ':green', 'db/ident': ':lime' }])
    expect(await conn.db().q('[:find ?i . :where [?e :p/peer :lime] [?e :p/id ?i]]')).toBe('x')
  })

  it('to a name that is taken is refused', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'db/id': ':p/name', 'db/ident': ':p/tags' }], 'tx/unique-conflict')
  })
})

describe('cardinality', () => {
  it('becomes many at any time, and one where nobody has several', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/name': 'n' }])
    await conn.transact([{ 'db/id': ':p/name', 'db/cardinality': ':db.cardinality/many' }])
    await conn.transact([{ 'p/id': 'x', 'p/name': 'm' }])
    expect(await values(conn, ['p/id', 'x'], 'p/name')).toEqual(['m', 'n'])
    const narrow = { 'db/id': ':p/name', 'db/cardinality': ':db.cardinality/one' }
    await refused(conn, [narrow], 'schema/in-use')
    await conn.transact([[':db/retract', ['p/id', 'x'], 'p/name', 'm'], narrow])
    await conn.transact([{ 'p/id': 'x', 'p/name': 'o' }])
    expect(await values(conn, ['p/id', 'x'], 'p/name')).toEqual(['o'])
  })

  it('does not become one beside the facts that forbid it', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/tags': ['a'] }])
    const narrow = { 'db/id': ':p/tags', 'db/cardinality': ':db.cardinality/one' }
    await refused(conn, [narrow, { 'p/id': 'x', 'p/tags': ['b'] }], 'schema/in-use')
  })

  it('of a member of a composite stays one', async () => {
    const conn = await example({ ...schema, 'p/key': { type: 'tuple', tupleAttrs: ['p/id', 'p/name'] } })
    await refused(conn, [{ 'db/id': ':p/name', 'db/cardinality': ':db.cardinality/many' }], 'schema/in-use')
  })
})

describe('uniqueness', () => {
  const identity = { 'db/id': ':p/name', 'db/unique': ':db.unique/identity' }

  it('is added where all values differ, and works at once', async () => {
    const conn = await example(schema)
    await conn.transact([
      { 'p/id': 'x', 'p/name': 'n' },
      { 'p/id': 'y', 'p/name': 'n' },
    ])
    await refused(conn, [identity], 'schema/in-use')
    await conn.transact([[':db/retract', ['p/id', 'y'], 'p/name', 'n'], identity])
    expect(await conn.db().entid(['p/name', 'n'])).toBe(await conn.db().entid(['p/id', 'x']))
    expect(await conn.db().datoms('avet', 'p/name', 'n')).toHaveLength(1)
    await conn.transact([{ 'p/name': 'n', 'p/tags': ['upserted'] }])
    expect(await values(conn, ['p/id', 'x'], 'p/tags')).toEqual(['upserted'])
  })

  it('is not added beside the facts that forbid it', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/name': 'n' }])
    await refused(conn, [identity, { 'p/id': 'y', 'p/name': 'n' }], 'schema/in-use')
  })

  it('is not added where a value is too large to be looked up by', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/name': 'n'.repeat(1025) }])
    await refused(conn, [identity], 'schema/in-use')
    await conn.transact([{ 'p/id': 'x', 'p/name': 'n'.repeat(1024) }, identity])
    await conn.transact([{ 'p/id': 'x', 'p/name': 'm' }])
    expect(await conn.db().entid(['p/name', 'm'])).toBe(await conn.db().entid(['p/id', 'x']))
  })

  it('changes between identity and value, and is dropped', async () => {
    const conn = await example(schema)
    await conn.transact([identity])
    await conn.transact([{ 'p/name': 'n' }])
    await conn.transact([{ 'db/id': ':p/name', 'db/unique': ':db.unique/value' }])
    await refused(conn, [{ 'p/name': 'n' }], 'tx/unique-conflict')
    await conn.transact([[':db/retract', ':p/name', 'db/unique', ':db.unique/value']])
    await conn.transact([{ 'p/name': 'n' }])
    expect(await conn.db().datoms('aevt', 'p/name')).toHaveLength(2)
    await expect(conn.db().entid(['p/name', 'n'])).rejects.toMatchObject({ code: 'entity/bad-id' })
  })
})

describe('index, component, history, doc', () => {
  it('AVET follows, past included', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/name': 'n' }])
    await conn.transact([{ 'p/id': 'x', 'p/name': 'm' }])
    await expect(conn.db().datoms('avet', 'p/name')).rejects.toMatchObject({ code: 'db/not-indexed' })
    await conn.transact([{ 'db/id': ':p/name', 'db/index': true }])
    expect((await conn.db().history().datoms('avet', 'p/name')).map((d) => [d.v, d.added])).toEqual([
      ['m', true],
      ['n', true],
      ['n', false],
    ])
    await conn.transact([{ 'db/id': ':p/name', 'db/index': false }])
    await expect(conn.db().datoms('avet', 'p/name')).rejects.toMatchObject({ code: 'db/not-indexed' })
  })

  it('a ref becomes a component, and what retracting takes changes with it', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'p/id': 'x', 'p/peer': { 'p/id': 'y', 'p/peer': { 'p/id': 'z' } } }])
    await conn.transact([{ 'db/id': ':p/peer', 'db/isComponent': true }])
    await conn.transact([[':db/retractEntity', ['p/id', 'x']]])
    expect(await conn.db().datoms('aevt', 'p/id')).toEqual([])
  })

  it('history is no longer kept, or kept again, from then on', async () => {
    const conn = await example(schema)
    const say = (v: string) => conn.transact([{ 'p/id': 'x', 'p/name': v }])
    await say('a')
    await say('b')
    await conn.transact([{ 'db/id': ':p/name', 'db/noHistory': true }])
    await say('c')
    await conn.transact([{ 'db/id': ':p/name', 'db/noHistory': false }])
    await say('d')
    const told = (await conn.db().history().datoms('aevt', 'p/name')).map((d) => [d.v, d.added])
    expect(told).toEqual([
      ['a', true],
      ['a', false],
      ['c', true],
      ['c', false],
      ['d', true],
    ])
  })

  it('doc is a fact like any other', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'db/id': ':p/name', 'db/doc': 'one' }])
    await conn.transact([{ 'db/id': ':p/name', 'db/doc': 'two' }])
    expect(await values(conn, ':p/name', 'db/doc')).toEqual(['two'])
  })
})

describe('what never changes', () => {
  it('is the type, and what a tuple is made of', async () => {
    const conn = await example({
      ...schema,
      'p/key': { type: 'tuple', tupleAttrs: ['p/id', 'p/name'] },
      'p/pair': { type: 'tuple', tupleType: 'long' },
    })
    await refused(conn, [{ 'db/id': ':p/name', 'db/valueType': ':db.type/long' }], 'schema/malformed')
    await refused(conn, [{ 'db/id': ':p/key', 'db/tupleAttrs': [':p/name', ':p/id'] }], 'schema/malformed')
    await refused(conn, [{ 'db/id': ':p/pair', 'db/tupleType': ':db.type/string' }], 'schema/malformed')
  })

  it('is that an attribute has ident, type and cardinality', async () => {
    const conn = await example(schema)
    for (const a of ['db/ident', 'db/valueType', 'db/cardinality']) {
      await refused(conn, [[':db/retract', ':p/name', a]], 'schema/malformed')
    }
  })

  it('are the built-ins', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'db/id': ':db/doc', 'db/index': true }], 'schema/frozen')
    await refused(conn, [{ 'db/id': ':db.cardinality/one', 'db/ident': ':one' }], 'schema/frozen')
  })
})

it('a past value has the schema of the present: names and uniqueness are those of now', async () => {
  const conn = await example(schema)
  const old = await conn.transact([{ 'p/id': 'x', 'p/name': 'n' }])
  await conn.transact([{ 'db/id': ':p/name', 'db/ident': ':p/full-name', 'db/unique': ':db.unique/value' }])
  const then = conn.db().asOf(old.tx)
  expect(await then.pull('[*]', ['p/id', 'x'])).toMatchObject({ 'p/full-name': 'n' })
  expect(await then.entid(['p/full-name', 'n'])).toBe(await conn.db().entid(['p/id', 'x']))
  expect((await then.datoms('eavt', ':p/full-name', 'db/ident')).map((d) => d.v)).toEqual([':p/name'])
})
