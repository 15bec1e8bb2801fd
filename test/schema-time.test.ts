import { afterEach, describe, expect, it } from 'vitest'
import { type Connection, memory, open } from '../src/engine.ts'

let conn: Connection
afterEach(() => conn.close())

const many = ':db.cardinality/many'

describe('schema through time', () => {
  it('works as it is in the value a view was taken of, so that one query reads every past; its facts are read as of then', async () => {
    conn = await open('schema-time', { storage: memory(), schema: { 'a/x': { type: 'long' } } })
    const first = await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    const before = conn.db()
    await conn.transact([{ 'db/id': ':a/x', 'db/ident': ':a/y', 'db/cardinality': many, 'db/index': true }])
    await conn.transact([{ 'db/id': first.tempids.e, 'a/y': 2 }])
    const then = conn.db().asOf(first.id)

    for (const name of ['a/x', 'a/y']) expect(await then.q({ find: ['?v', '.'], where: [['_', name, '?v']] })).toBe(1)
    expect(await then.pull(['a/y'], first.tempids.e as number)).toEqual({ 'a/y': [1] })
    expect((await then.datoms('avet', 'a/y')).map((d) => d.v)).toEqual([1])
    expect((await then.indexRange('a/y', 1, 2)).map((d) => d.v)).toEqual([1])

    const told =
      '[:find ?i ?c :where [?a :db/ident ?i] [?a :db/cardinality ?k] [?k :db/ident ?c] [?a :db/valueType :db.type/long] [(>= ?a 1000)]]'
    expect(await then.q(told)).toEqual([[':a/x', ':db.cardinality/one']])
    expect(await conn.db().q(told)).toEqual([[':a/y', many]])
    expect(await before.q(told)).toEqual([[':a/x', ':db.cardinality/one']])
    await expect(before.q('[:find ?v . :where [_ :a/y ?v]]')).rejects.toMatchObject({ code: 'query/unknown-attribute' })
  })

  it('what is one or unique today may have been several: all of them are found as of then, whatever the query looks like', async () => {
    const schema = { 'a/x': { type: 'long', many: true }, 'a/u': { type: 'string' } } as const
    conn = await open('schema-time', { storage: memory(), schema })
    const { id, tempids } = await conn.transact([
      { 'db/id': 'e', 'a/x': [1, 2], 'a/u': 'same' },
      { 'db/id': 'other', 'a/u': 'same' },
    ])
    const { e, other } = tempids as { e: number; other: number }
    await conn.transact([
      [':db/retract', e, 'a/x', 2],
      [':db/retract', other, 'a/u', 'same'],
    ])
    await conn.transact([
      { 'db/id': ':a/x', 'db/cardinality': ':db.cardinality/one' },
      { 'db/id': ':a/u', 'db/unique': ':db.unique/identity' },
    ])
    const then = conn.db().asOf(id)
    expect(await then.q('[:find [?x ...] :in $ ?e :where [?e :a/x ?x]]', [e])).toEqual([1, 2])
    expect(await then.q('[:find [?e ...] :in $ ?u :where [?e :a/u ?u]]', ['same'])).toEqual([e, other])
    expect(await then.q('[:find (count ?e) . :where [?e :a/x _]]')).toBe(1)
    expect(await then.q('[:find ?u :where [_ :a/u ?u]]')).toEqual([['same']])
    const joined = '[:find ?e (count ?u) :where [?e :a/x ?x] [?e :a/u ?u]]'
    expect(await then.q(joined)).toEqual([[e, 1]])
    expect(await conn.db().q(joined)).toEqual([[e, 1]])
  })

  it('an old name means who has it last', async () => {
    conn = await open('schema-time', { storage: memory(), schema: { 'a/x': { type: 'long' } } })
    const first = await conn.transact([{ 'db/id': 'e', 'a/x': 1 }])
    await conn.transact([{ 'db/id': ':a/x', 'db/ident': ':a/y' }])
    await conn.transact([
      { 'db/ident': ':a/x', 'db/valueType': ':db.type/string', 'db/cardinality': ':db.cardinality/one' },
    ])
    const then = conn.db().asOf(first.id)
    expect(await then.q('[:find ?v . :where [_ :a/y ?v]]')).toBe(1)
    expect(await then.q('[:find ?v . :where [_ :a/x ?v]]')).toBeUndefined()
  })

  it('the built-in attributes answer like any other, as of 0 too', async () => {
    conn = await open('schema-time', { storage: memory() })
    const origin = conn.db().asOf(0)
    const type = '[:find ?t . :where [?a :db/ident :db/cardinality] [?a :db/valueType ?v] [?v :db/ident ?t]]'
    expect(await origin.q(type)).toBe(':db.type/ref')
    expect(await origin.q('[:find ?u . :where [:tx/id :db/unique ?k] [?k :db/ident ?u]]')).toBe(':db.unique/identity')
    expect(await origin.pull(['db/doc'], ':db/ident')).toHaveProperty(['db/doc'])
  })
})
