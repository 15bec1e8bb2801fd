import { afterEach, describe, expect, it } from 'vitest'
import type { SchemaDef } from '../src/api/schema.ts'
import { type Connection, memory, open } from '../src/engine.ts'

let conn: Connection
afterEach(() => conn.close())
const refused = (code: string) => expect.objectContaining({ code })

async function fresh(functions = {}, schema: SchemaDef = {}): Promise<void> {
  conn = await open('schema', { storage: memory(), functions, schema })
}
const attribute = (ident: string, type: string, more: object = {}) => ({
  'db/ident': ident,
  'db/valueType': `:db.type/${type}`,
  'db/cardinality': ':db.cardinality/one',
  ...more,
})
const values = async (e: number | readonly [string, unknown], a?: string): Promise<unknown[]> =>
  (await conn.db().datoms('eavt', e, a)).map((d) => d.v)

describe('schema', () => {
  it.each([
    ['without a type', { 'db/ident': ':a/x', 'db/cardinality': ':db.cardinality/one' }],
    ['without cardinality', { 'db/ident': ':a/x', 'db/valueType': ':db.type/long' }],
    ['with a type that is none', attribute(':a/x', 'long', { 'db/valueType': ':db.unique/identity' })],
    ['that is a component but no ref', attribute(':a/x', 'long', { 'db/isComponent': true })],
    ['that is a tuple of nothing', attribute(':a/x', 'tuple')],
    ['that is unique in an unknown way', attribute(':a/x', 'long', { 'db/unique': ':db.type/long' })],
  ])('refuses an attribute %s', async (_, form) => {
    await fresh()
    await expect(conn.transact([form])).rejects.toEqual(refused('schema/malformed'))
  })

  it.each([
    ['a key that does not exist', { type: 'string', cardinality: 'many' }, /did you mean many\?/],
    ['a misspelt key', { type: 'string', uniqe: 'identity' }, /did you mean unique\?/],
    ['a flag that is text', { type: 'string', index: 'yes' }, /index is true or false/],
    ['a doc that is none', { type: 'string', doc: 5 }, /doc is text/],
    ['members that are no list', { type: 'tuple', tupleAttrs: 'a/x' }, /tupleAttrs is a list/],
    ['no type', { many: true }, /type is one of/],
  ])('refuses a definition with %s', async (_, def, message) => {
    const schema = { 'a/x': def } as unknown as SchemaDef
    const opened = fresh({}, schema)
    await expect(opened).rejects.toEqual(refused('schema/malformed'))
    await expect(opened).rejects.toThrow(message)
    await fresh()
  })

  it('is frozen where it is built in', async () => {
    await fresh()
    await expect(conn.transact([{ 'db/id': ':db/doc', 'db/cardinality': ':db.cardinality/many' }])).rejects.toEqual(
      refused('schema/frozen'),
    )
    await expect(conn.transact([[':db/retractEntity', ':db/ident']])).rejects.toEqual(refused('schema/frozen'))
  })

  it('never changes a type', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long')])
    await expect(conn.transact([{ 'db/id': ':a/x', 'db/valueType': ':db.type/string' }])).rejects.toEqual(
      refused('schema/malformed'),
    )
  })

  it('renames, and the old name still works', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long')])
    await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    await conn.transact([{ 'db/id': ':a/x', 'db/ident': ':a/y' }])
    await conn.transact([
      { 'db/id': 'e', 'a/y': 2 },
      { 'db/id': 'f', 'a/x': 3 },
    ])
    expect((await conn.db().datoms('aevt', 'a/y')).map((d) => d.v)).toEqual([1, 2, 3])
    expect(await conn.db().entid(':a/x')).toBe(await conn.db().entid(':a/y'))
  })

  it('becomes unique or indexed only over what allows it, and AVET follows', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long'), attribute(':a/y', 'long')])
    await conn.transact([
      { 'db/id': 'e', 'a/x': 1, 'a/y': 7 },
      { 'db/id': 'f', 'a/x': 1, 'a/y': 8 },
    ])
    await conn.transact([{ 'db/id': 'g', 'a/y': 9 }])
    await expect(conn.transact([{ 'db/id': ':a/x', 'db/unique': ':db.unique/value' }])).rejects.toEqual(
      refused('schema/in-use'),
    )
    await expect(conn.db().datoms('avet', 'a/y')).rejects.toEqual(refused('db/not-indexed'))
    await conn.transact([{ 'db/id': ':a/y', 'db/unique': ':db.unique/identity' }])
    expect((await conn.db().datoms('avet', 'a/y')).map((d) => d.v)).toEqual([7, 8, 9])
    expect(await conn.db().entid(['a/y', 8])).toBeDefined()
    await conn.transact([[':db/retract', ':a/y', 'db/unique', ':db.unique/identity']])
    await expect(conn.db().datoms('avet', 'a/y')).rejects.toEqual(refused('db/not-indexed'))
  })

  it('narrows many to one only where no entity has several', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long', { 'db/cardinality': ':db.cardinality/many' })])
    await conn.transact([{ 'db/id': 'e', 'a/x': [1, 2] }])
    const narrow = [{ 'db/id': ':a/x', 'db/cardinality': ':db.cardinality/one' }]
    await expect(conn.transact(narrow)).rejects.toEqual(refused('schema/in-use'))
    const [first] = await conn.db().datoms('aevt', 'a/x')
    await conn.transact([[':db/retract', first?.e, 'a/x', 2]])
    await conn.transact(narrow)
    await conn.transact([[':db/add', first?.e, 'a/x', 5]])
    expect(await values(first?.e as number, 'a/x')).toEqual([5])
  })

  it('drops the past of attributes without history', async () => {
    await fresh()
    await conn.transact([attribute(':a/x', 'long', { 'db/noHistory': true })])
    const r = await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    await conn.transact([[':db/add', r.tempids.e, 'a/x', 2]])
    const told = (await conn.db().history().datoms('aevt', 'a/x')).map((d) => [d.v, d.added])
    expect(told).toEqual([[2, true]])
  })
})

describe('tuples', () => {
  it('composites follow their members, absent ones included', async () => {
    await fresh()
    await conn.transact([attribute(':reg/course', 'string'), attribute(':reg/term', 'long')])
    await conn.transact([
      attribute(':reg/key', 'tuple', {
        'db/tupleAttrs': [':reg/course', ':reg/term'],
        'db/unique': ':db.unique/identity',
      }),
    ])
    const r = await conn.transact([{ 'db/id': 'e', 'reg/course': 'math' }])
    const e = r.tempids.e as number
    expect(await values(e, 'reg/key')).toEqual([['math', null]])
    await conn.transact([[':db/add', e, 'reg/term', 1]])
    expect(await values(e, 'reg/key')).toEqual([['math', 1]])
    expect(await conn.db().entid(['reg/key', ['math', 1]])).toBe(e)
    await expect(conn.transact([{ 'db/id': 'f', 'reg/course': 'math', 'reg/term': 1 }])).rejects.toEqual(
      refused('tx/unique-conflict'),
    )
    await conn.transact([{ 'reg/key': ['math', 1], 'reg/course': 'math', 'reg/term': 1, 'db/doc': 'found' }])
    expect(await values(e, 'db/doc')).toEqual(['found'])
    await conn.transact([
      [':db/retract', e, 'reg/course'],
      [':db/retract', e, 'reg/term'],
    ])
    expect(await values(e, 'reg/key')).toEqual([])
  })

  it('name entities by ident, lookup ref and tempid, where a member is a ref', async () => {
    await fresh()
    await conn.transact([
      attribute(':t/id', 'string', { 'db/unique': ':db.unique/identity' }),
      attribute(':t/seat', 'tuple', {
        'db/tupleTypes': [':db.type/ref', ':db.type/long'],
        'db/unique': ':db.unique/identity',
      }),
      attribute(':t/peers', 'tuple', { 'db/tupleType': ':db.type/ref' }),
    ])
    await conn.transact([{ 't/id': 'a' }, { 'db/ident': ':green' }])
    const a = (await conn.db().entid(['t/id', 'a'])) as number
    const green = (await conn.db().entid(':green')) as number
    const r = await conn.transact([
      { 'db/id': 'new', 't/id': 'n', 't/seat': [['t/id', 'a'], 1] },
      { 'db/id': 'other', 't/id': 'o', 't/peers': [':green', 'new', ['t/id', 'a'], 'datomic.tx'] },
    ])
    const { new: n, other } = r.tempids as { new: number; other: number }
    expect([await values(n, 't/seat'), await values(other, 't/peers')]).toEqual([[[a, 1]], [[green, n, a, r.tx]]])
    const again = await conn.transact([{ 'db/id': 'x', 't/seat': [['t/id', 'a'], 1], 'db/doc': 'found' }])
    expect(again.tempids.x).toBe(n)
    await conn.transact([[':db/cas', n, 't/seat', [['t/id', 'a'], 1], [':green', 2]]])
    expect(await values(n, 't/seat')).toEqual([[green, 2]])
    expect(await conn.db().entid(['t/seat', [':green', 2]])).toBe(n)
    expect(await conn.db().entid(['t/seat', [['t/id', 'z'], 2]])).toBe(undefined)
    expect((await conn.transact([[':db/add', ['t/seat', [':green', 2]], 'db/doc', 'sits']])).txData[2]?.e).toBe(n)
    expect(await conn.db().datoms('avet', 't/seat', [':green', 2])).toHaveLength(1)
    await expect(conn.transact([{ 't/id': 'a', 't/seat': [99_999, 1] }])).rejects.toEqual(refused('tx/unknown-entity'))
    await expect(conn.transact([{ 't/id': 'a', 't/seat': ['nobody', 1] }])).rejects.toEqual(refused('tx/tempid-unused'))
    await expect(conn.transact([{ 't/id': 'a', 't/seat': [['t/id', 'z'], 1] }])).rejects.toEqual(
      refused('entity/unknown'),
    )
    await expect(conn.transact([{ 't/id': 'a', 't/seat': ['new', 'one'] }])).rejects.toEqual(
      refused('value/wrong-type'),
    )
  })

  it('never change what they are made of', async () => {
    await fresh()
    const types = { 'db/tupleTypes': [':db.type/string', ':db.type/long'] }
    await conn.transact([attribute(':t/a', 'long'), attribute(':t/b', 'long'), attribute(':t/pair', 'tuple', types)])
    await conn.transact([attribute(':t/both', 'tuple', { 'db/tupleAttrs': [':t/a', ':t/b'] })])
    for (const form of [
      { 'db/id': ':t/pair', 'db/tupleTypes': [':db.type/long', ':db.type/long'] },
      { 'db/id': ':t/both', 'db/tupleAttrs': [':t/b', ':t/a'] },
      attribute(':t/odd', 'tuple', { 'db/tupleTypes': [':db.type/string', ':db.type/none'] }),
    ]) {
      await expect(conn.transact([form])).rejects.toEqual(refused('schema/malformed'))
    }
    const many = { 'db/id': ':t/a', 'db/cardinality': ':db.cardinality/many' }
    await expect(conn.transact([many])).rejects.toEqual(refused('schema/in-use'))
  })

  it('have small members, and unique values are small', async () => {
    await fresh()
    await conn.transact([
      attribute(':t/id', 'string', { 'db/unique': ':db.unique/identity' }),
      attribute(':t/text', 'string'),
      attribute(':t/texts', 'tuple', { 'db/tupleType': ':db.type/string' }),
    ])
    const [most, more] = ['x'.repeat(1024), 'x'.repeat(1025)]
    await conn.transact([{ 't/id': most, 't/texts': [most, 'a'], 't/text': more.repeat(100) }])
    await expect(conn.transact([{ 't/id': more }])).rejects.toEqual(refused('value/too-large'))
    await expect(conn.transact([{ 't/id': 'a', 't/texts': ['a', more] }])).rejects.toEqual(refused('value/too-large'))
  })

  it('are checked member by member', async () => {
    await fresh()
    await conn.transact([
      attribute(':t/pair', 'tuple', { 'db/tupleTypes': [':db.type/string', ':db.type/long'] }),
      attribute(':t/run', 'tuple', { 'db/tupleType': ':db.type/long' }),
    ])
    const r = await conn.transact([{ 'db/id': 'e', 't/pair': ['a', 1], 't/run': [1, 2, 3] }])
    expect(await values(r.tempids.e as number)).toEqual([
      ['a', 1],
      [1, 2, 3],
    ])
    for (const form of [{ 't/pair': ['a'] }, { 't/pair': [1, 'a'] }, { 't/pair': 'a' }, { 't/run': [1, 'b'] }]) {
      await expect(conn.transact([form])).rejects.toEqual(refused('value/wrong-type'))
    }
    await expect(conn.transact([{ 't/run': [1] }])).rejects.toEqual(refused('value/out-of-range'))
  })
})

describe('predicates and specs', () => {
  const functions = {
    'inv/positive': (n: number) => n > 0,
    'order/has-date': async (db: ReturnType<Connection['db']>, e: number) =>
      (await db.datoms('eavt', e, 'o/date')).length > 0,
  } as never

  it('ask about every asserted value', async () => {
    await fresh(functions)
    await conn.transact([attribute(':o/n', 'long', { 'db.attr/preds': 'inv/positive' })])
    await conn.transact([{ 'o/n': 1 }])
    await expect(conn.transact([{ 'o/n': 0 }])).rejects.toEqual(refused('tx/ensure-failed'))
  })

  it('check entities when asked to, and are not stored', async () => {
    await fresh(functions)
    await conn.transact([
      attribute(':o/n', 'long'),
      attribute(':o/date', 'string'),
      { 'db/ident': ':o/valid', 'db.entity/attrs': [':o/n'], 'db.entity/preds': ['order/has-date'] },
    ])
    const ok = await conn.transact([{ 'db/id': 'e', 'o/n': 1, 'o/date': 'd', 'db/ensure': ':o/valid' }])
    expect(await values(ok.tempids.e as number)).toEqual([1, 'd'])
    await expect(conn.transact([{ 'o/date': 'd', 'db/ensure': ':o/valid' }])).rejects.toMatchObject({
      code: 'tx/ensure-failed',
      data: { missing: [':o/n'] },
    })
    await expect(conn.transact([{ 'o/n': 1, 'db/ensure': ':o/valid' }])).rejects.toEqual(refused('tx/ensure-failed'))
  })

  it('nobody states for the database what only it may', async () => {
    await fresh()
    for (const [a, v] of [
      ['tx/user', 'mallory'],
      ['tx/id', crypto.randomUUID()],
      ['tx/basis', 5],
    ]) {
      await expect(conn.transact([[':db/add', 'datomic.tx', a, v]])).rejects.toEqual(refused('tx/malformed'))
    }
  })
})
