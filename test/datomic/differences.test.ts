import { describe, expect, it } from 'vitest'
import { attribute, example, refused, said, values } from '../support/example.ts'

/** docs/differences.md, "From Datomic": each line, as annals has it. */
const schema = {
  'm/id': { type: 'string', unique: 'identity' },
  'm/n': { type: 'long' },
  'm/real': { type: 'double' },
  'm/exact': { type: 'bigdec' },
  'm/big': { type: 'bigint' },
  'm/tags': { type: 'string', many: true },
} as const

describe('values and ids', () => {
  it('ids are below 2^30, a transaction is 2^29 + t', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'm/id': 'a' }])
    expect(r.tempids.x).toBeLessThan(2 ** 29)
    expect(r.tx).toBe(2 ** 29 + (r.t as number))
  })

  it('a long is a safe integer, beyond it is refused; bigint for more', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'm/n': Number.MAX_SAFE_INTEGER, 'm/big': 2n ** 80n }])
    await refused(conn, [{ 'm/n': 2 ** 53 }], 'value/out-of-range')
    await refused(conn, '[{:m/n 9007199254740992}]', 'value/out-of-range')
    await refused(conn, '[{:m/n 5N}]', 'value/out-of-range')
  })

  it('no float, no fulltext', async () => {
    const conn = await example(schema)
    await refused(conn, [attribute(':m/f', 'float')], 'ident/unknown')
    await refused(conn, [attribute(':m/f', 'string', { 'db/fulltext': true })], 'attribute/unknown')
  })

  it('bigdec is kept normalised', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'm/exact': '1.50' }])
    expect(await values(conn, r.tempids.x)).toEqual(['1.5'])
    expect(said(await conn.transact([[':db/add', r.tempids.x, 'm/exact', '01.500']]))).toEqual([])
  })

  it('NaN is refused, -0 is 0', async () => {
    const conn = await example(schema)
    await refused(conn, [{ 'm/real': Number.NaN }], 'value/out-of-range')
    const r = await conn.transact([{ 'db/id': 'x', 'm/real': -0 }])
    expect(await values(conn, r.tempids.x)).toEqual([0])
  })
})

describe('notation', () => {
  it('a string names a keyword, symbol, uuid or uri where one is wanted, in EDN too; so no tempid begins with a colon', async () => {
    const types = ['keyword', 'symbol', 'uuid', 'uri'] as const
    const conn = await example(Object.fromEntries(types.map((type) => [`k/${type}`, { type }])))
    const id = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
    const told = `[{:k/keyword ":a/b" :k/symbol "a/b" :k/uuid "${id}" :k/uri "urn:a"}]`
    const written = `[{:k/keyword :a/b :k/symbol a/b :k/uuid #uuid "${id}" :k/uri #uri "urn:a"}]`
    expect(said(await conn.transact(told))).toEqual(said(await conn.transact(written)))
    await refused(conn, '[{:db/id ":new" :k/symbol s}]', 'ident/unknown')
  })

  it('in EDN a character is a string, and the tags are #inst, #uuid, #uri, #base64', async () => {
    const conn = await example(schema)
    const r = await conn.transact('[{:db/id "x" :m/id \\newline}]')
    expect(await values(conn, r.tempids.x)).toEqual(['\n'])
    await refused(conn, '[{:db/id #db/id[:db.part/user] :m/id "a"}]', 'edn/unknown-tag')
  })
})

describe('transactions', () => {
  it('functions are registered by name', async () => {
    const conn = await example(schema, { functions: { 'm/make': () => [{ 'm/id': 'made' }] } })
    await conn.transact([['m/make']])
    expect(await conn.db().entid(['m/id', 'made'])).toBeDefined()
    await refused(conn, [{ 'db/ident': ':m/f', 'db/fn': '(fn [db])' }], 'attribute/unknown')
  })

  it('a transaction has a uuid, which every point in time may be given by', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'm/id': 'a', 'm/n': 1 }])
    await conn.transact([{ 'm/id': 'a', 'm/n': 2 }])
    expect(await values(conn, one.tx, 'tx/id')).toEqual([one.id])
    expect(await conn.db().asOf(one.id).q('[:find ?n . :where [_ :m/n ?n]]')).toBe(1)
    expect(await conn.db().since(one.id).q('[:find ?n . :where [_ :m/n ?n]]')).toBe(2)
  })

  it('beyond it: inc, require, forbid, undo, migrations', async () => {
    const conn = await example(schema)
    const has = ['[:find ?e :where [?e :m/id "a"]]']
    const made = await conn.transact([[':db/forbid', ...has], { 'm/id': 'a', 'm/n': 1 }])
    await refused(conn, [[':db/forbid', ...has]], 'tx/forbidden')
    const inc = await conn.transact([
      [':db/require', ...has],
      [':db/inc', ['m/id', 'a'], 'm/n', 2],
    ])
    expect(await values(conn, ['m/id', 'a'], 'm/n')).toEqual([3])
    await conn.transact([[':db/undo', inc.tx, made.tx]])
    expect(await conn.db().entid(['m/id', 'a'])).toBeUndefined()
    await refused(conn, [[':db/require', ...has]], 'tx/required')
    expect(await conn.migrate([{ id: '1', up: [{ 'm/id': 'b' }] }])).toMatchObject([{ status: 'applied' }])
  })
})

describe('reading', () => {
  it('the end of a log range is included', async () => {
    const conn = await example()
    for (let i = 0; i < 3; i++) await conn.transact([])
    const ts: number[] = []
    for await (const { t } of conn.log({ from: 1, to: 2 })) ts.push(t)
    expect(ts).toEqual([1, 2])
  })

  it('indexPull over AEVT of an attribute that is no ref pulls the entities that have it', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'm/id': 'a', 'm/n': 1 }, { 'm/id': 'b' }])
    const found = await conn.db().indexPull({ index: 'aevt', start: ['m/n'], pattern: ['m/id'] })
    expect(found).toEqual([{ 'm/id': 'a' }])
  })

  it('what installs an attribute is that it has a :db/valueType', async () => {
    const conn = await example(schema)
    const found = '[:find [?i ...] :where [?a :db/valueType :db.type/double] [?a :db/ident ?i]]'
    expect(await conn.db().q(found)).toEqual([':m/real'])
    await expect(conn.db().q('[:find ?a :where [_ :db.install/attribute ?a]]')).rejects.toMatchObject({
      code: 'query/unknown-attribute',
    })
  })

  it('a lookup ref names its attribute', async () => {
    const conn = await example(schema)
    await conn.transact([{ 'm/id': 'a' }])
    const id = (await conn.db().entid(':m/id')) as number
    await expect(conn.db().entid([id, 'a'] as never)).rejects.toMatchObject({ code: 'entity/bad-id' })
    expect(await conn.db().entid([':m/id', 'a'])).toBeDefined()
  })

  it('facts are excised by `conn.excise`', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 'm/id': 'a' }])
    await refused(conn, [{ 'db/excise': r.tempids.x }], 'attribute/unknown')
    expect(await conn.excise(r.tempids.x as number)).toMatchObject({ removed: 1 })
    expect(await conn.db().history().datoms('aevt', 'm/id')).toEqual([])
  })

  it('attributes may be written without their colon, and results have the short form', async () => {
    const conn = await example(schema)
    await conn.transact([{ ':m/id': 'a', 'm/n': 1 }])
    expect(await conn.db().pull([':m/n', 'm/id'], [':m/id', 'a'])).toEqual({ 'm/id': 'a', 'm/n': 1 })
    const rows = await conn.db().q({
      find: ['?n'],
      where: [
        ['?e', 'm/id', 'a'],
        ['?e', ':m/n', '?n'],
      ],
    })
    expect(rows).toEqual([[1]])
  })
})
