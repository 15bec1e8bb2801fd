// @ts-expect-error DataScript brings no types
import datascript from 'datascript'
import { expect, it } from 'vitest'
import type { SchemaDef } from '../../src/engine.ts'
import { example, refused, values } from '../support/example.ts'

/** docs/differences.md, "From DataScript": each line, in both. */
interface DataScript {
  create_conn(schema: object): object
  db(conn: object): object
  transact(conn: object, forms: readonly unknown[]): { readonly tempids: Readonly<Record<string, number>> }
  datoms(db: object, index: string, ...place: unknown[]): readonly { readonly e: number; readonly v: unknown }[]
  listen(conn: object, listener: (report: { readonly tx_data: readonly unknown[] }) => void): void
}
const d: DataScript = datascript

const schema: SchemaDef = {
  'm/id': { type: 'string', unique: 'identity' },
  'm/code': { type: 'string', unique: 'value' },
  'm/n': { type: 'long' },
  'm/tags': { type: 'string', many: true },
  'm/peer': { type: 'ref' },
  'm/key': { type: 'tuple', tupleAttrs: ['m/code', 'm/n'], unique: 'identity' },
}
const theirSchema = {
  'm/id': { ':db/unique': ':db.unique/identity' },
  'm/code': { ':db/unique': ':db.unique/value' },
  'm/tags': { ':db/cardinality': ':db.cardinality/many' },
  'm/peer': { ':db/valueType': ':db.type/ref' },
  'm/key': { ':db/tupleAttrs': ['m/code', 'm/n'], ':db/unique': ':db.unique/identity' },
}
const theirs = () => {
  const conn = d.create_conn(theirSchema)
  return {
    conn,
    transact: (forms: readonly unknown[]) => d.transact(conn, forms),
    values: (e: unknown, a: string) => d.datoms(d.db(conn), ':eavt', e, a).map((x) => x.v),
  }
}

it('schema is data: an unknown attribute is refused, and so is a value of another type', async () => {
  const conn = await example(schema)
  const forms = (a: string, v: unknown) => [{ 'db/id': 'x', ':db/id': 'x', [a]: v }]
  await refused(conn, [{ 'm/none': 1 }], 'attribute/unknown')
  await refused(conn, [{ 'm/n': 'one' }], 'value/wrong-type')
  const ds = theirs()
  ds.transact(forms('m/none', 1).map(({ 'db/id': _, ...form }) => form))
  ds.transact([{ ':db/id': 1, 'm/n': 'one' }])
  expect(ds.values(1, 'm/n')).toEqual(['one'])
})

it('a transaction is a set: two values for one place are refused', async () => {
  const two = [
    [':db/add', 'x', 'm/n', 1],
    [':db/add', 'x', 'm/n', 2],
  ]
  await refused(await example(schema), two, 'tx/datoms-conflict')
  const ds = theirs()
  ds.transact(two)
  expect(ds.values(1, 'm/n')).toEqual([2])
})

it('asserting and retracting one fact is refused', async () => {
  const begin = [{ 'm/id': 'a', 'm/n': 1 }]
  const both = [
    [':db/retract', ['m/id', 'a'], 'm/n', 1],
    [':db/add', ['m/id', 'a'], 'm/n', 1],
  ]
  const conn = await example(schema)
  await conn.transact(begin)
  await refused(conn, both, 'tx/datoms-conflict')
  const ds = theirs()
  ds.transact(begin)
  ds.transact(both)
  expect(ds.values(1, 'm/n')).toEqual([1])
})

it('a lookup ref reads the database before, and so does a unique value that finds its entity', async () => {
  const forms = [{ 'm/id': 'a' }, [':db/add', ['m/id', 'a'], 'm/n', 1]]
  await refused(await example(schema), forms, 'entity/unknown')
  const ds = theirs()
  ds.transact(forms)
  expect(ds.values(1, 'm/n')).toEqual([1])
  const found = [[':db/add', 1, 'm/id', 'b'], { 'm/id': 'b', 'm/n': 2 }]
  ds.transact(found)
  expect(ds.values(1, 'm/n')).toEqual([2])
  const conn = await example(schema)
  const { tempids } = await conn.transact([{ 'db/id': 'x', 'm/id': 'a' }])
  await refused(conn, [[':db/add', tempids.x, 'm/id', 'b'], found[1]], 'tx/unique-conflict')
})

it('functions and compare-and-swap see the database before', async () => {
  const forms = [
    [':db/add', ['m/id', 'a'], 'm/n', 2],
    [':db/cas', ['m/id', 'a'], 'm/n', 2, 3],
  ]
  const conn = await example(schema)
  await conn.transact([{ 'm/id': 'a', 'm/n': 1 }])
  await refused(conn, forms, 'tx/cas-failed')
  await conn.transact([
    [':db/inc', ['m/id', 'a'], 'm/n', 1],
    [':db/inc', ['m/id', 'a'], 'm/n', 1],
  ])
  expect(await values(conn, ['m/id', 'a'], 'm/n')).toEqual([3])
  const ds = theirs()
  ds.transact([{ 'm/id': 'a', 'm/n': 1 }])
  ds.transact(forms)
  expect(ds.values(1, 'm/n')).toEqual([3])
})

it('a unique value passes from one entity to another in any order', async () => {
  const begin = [
    { 'm/id': 'a', 'm/code': 'k' },
    { 'm/id': 'b', 'm/code': 'l' },
  ]
  const pass = [
    [':db/add', ['m/id', 'a'], 'm/code', 'l'],
    [':db/add', ['m/id', 'b'], 'm/code', 'm'],
  ]
  const conn = await example(schema)
  await conn.transact(begin)
  await conn.transact(pass)
  expect(await conn.db().entid(['m/code', 'l'])).toBe(await conn.db().entid(['m/id', 'a']))
  const ds = theirs()
  ds.transact(begin)
  expect(() => ds.transact(pass)).toThrow('unique')
})

it('an entity id that was never mentioned is refused', async () => {
  await refused(await example(schema), [[':db/add', 12_345, 'm/n', 1]], 'tx/unknown-entity')
  const ds = theirs()
  ds.transact([[':db/add', 12_345, 'm/n', 1]])
  expect(ds.values(12_345, 'm/n')).toEqual([1])
})

it('retracting from an entity that a lookup ref does not find is refused', async () => {
  const forms = [[':db/retract', ['m/id', 'nobody'], 'm/n', 1]]
  await refused(await example(schema), forms, 'entity/unknown')
  expect(() => theirs().transact(forms)).not.toThrow()
})

it('tempids are strings', async () => {
  await refused(await example(schema), [{ 'db/id': -1, 'm/n': 1 }], 'entity/bad-id')
  expect(theirs().transact([{ ':db/id': -1, 'm/n': 1 }]).tempids['-1']).toBe(1)
})

it("a map nested under a plain ref needs a unique attribute or a 'db/id'", async () => {
  const forms = [{ 'm/id': 'a', 'm/peer': { 'm/n': 1 } }]
  await refused(await example(schema), forms, 'tx/nested-without-identity')
  const ds = theirs()
  ds.transact(forms)
  expect(ds.values(2, 'm/n')).toEqual([1])
})

it('a map that says nothing is refused, and so is `null` among the forms', async () => {
  for (const nothing of [{}, null]) {
    await refused(await example(schema), [nothing], 'tx/malformed')
    expect(() => theirs().transact([nothing])).not.toThrow()
  }
})

it('idents name entities in every place', async () => {
  const conn = await example(schema)
  await conn.transact([{ 'db/ident': ':green' }])
  const r = await conn.transact([{ 'db/id': 'x', 'm/peer': ':green' }])
  expect(await values(conn, r.tempids.x, 'm/peer')).toEqual([await conn.db().entid(':green')])
  const ds = theirs()
  ds.transact([{ ':db/ident': ':green' }])
  expect(() => ds.transact([{ 'm/peer': ':green' }])).toThrow()
})

it('a composite tuple may be given, if it is what its members say afterwards', async () => {
  const conn = await example(schema)
  const r = await conn.transact([{ 'db/id': 'x', 'm/code': 'k', 'm/n': 1 }])
  const again = await conn.transact([{ 'db/id': 'y', 'm/key': ['k', 1], 'm/code': 'k', 'm/n': 1 }])
  expect(again.tempids.y).toBe(r.tempids.x)
  await refused(conn, [{ 'm/key': ['l', 1] }], 'tx/datoms-conflict')
  expect(() => theirs().transact([{ 'm/key': ['k', 1] }])).toThrow('tuple')
  await refused(conn, [{ 'm/key': ['k', 1], 'm/n': 2 }], 'tx/datoms-conflict')
  await conn.transact([{ 'db/id': ['m/key', ['k', 1]], 'm/n': 2 }])
  expect(await values(conn, r.tempids.x, 'm/key')).toEqual([['k', 2]])
})

it('members alone do not find the entity that has them', async () => {
  const conn = await example(schema)
  await conn.transact([{ 'm/code': 'k', 'm/n': 1 }])
  await refused(conn, [{ 'm/code': 'k', 'm/n': 1, 'm/tags': ['x'] }], 'tx/unique-conflict')
})

it('compare-and-swap is for attributes of cardinality one', async () => {
  const begin = [{ 'm/id': 'a', 'm/tags': ['x'] }]
  const swap = [[':db/cas', ['m/id', 'a'], 'm/tags', 'x', 'y']]
  const conn = await example(schema)
  await conn.transact(begin)
  await refused(conn, swap, 'tx/malformed')
  const ds = theirs()
  ds.transact(begin)
  ds.transact(swap)
  expect(ds.values(1, 'm/tags')).toContain('y')
})

it('functions are called by their registered name, and all values retracted by `[:db/retract e a]`', async () => {
  const begin = [{ 'm/id': 'a', 'm/n': 1, 'm/tags': ['x', 'y'] }]
  const functions = { 'm/set': () => [{ 'm/id': 'a', 'm/n': 2 }] }
  const conn = await example(schema, { functions })
  const { tempids } = await conn.transact([{ 'db/id': 'x', ...begin[0] }])
  await conn.transact([['m/set'], [':db/retract', tempids.x, 'm/tags']])
  expect([await values(conn, tempids.x, 'm/n'), await values(conn, tempids.x, 'm/tags')]).toEqual([[2], []])
  const theirWords = [
    [':db.fn/call', functions['m/set']],
    [':db.fn/retractAttribute', 1, 'm/tags'],
  ]
  for (const form of theirWords) await refused(conn, [form], 'tx/unknown-function')
  const ds = theirs()
  ds.transact(begin)
  ds.transact(theirWords)
  expect([ds.values(1, 'm/n'), ds.values(1, 'm/tags')]).toEqual([[2], []])
})

it('a form is a list of four or a map', async () => {
  const conn = await example(schema)
  const ds = theirs()
  const later = 2 ** 29 + 7
  await refused(conn, [[':db/add', 'x', 'm/n', 1, later]], 'tx/malformed')
  ds.transact([[':db/add', 1, 'm/n', 1, later]])
  expect(ds.values(1, 'm/n')).toEqual([1])
})

it('the past is kept', async () => {
  const conn = await example(schema)
  const one = await conn.transact([{ 'm/id': 'a', 'm/n': 1 }])
  const two = await conn.transact([{ 'm/id': 'a', 'm/n': 2 }])
  const n = '[:find ?n . :where [_ :m/n ?n]]'
  expect(await conn.db().asOf(one.tx).q(n)).toBe(1)
  await conn.undo(two.id)
  expect(await conn.db().q(n)).toBe(1)
  expect(Object.keys(d).filter((name) => /as_of|since|history|log|undo/.test(name))).toEqual([])
})

it('listeners hear that something changed, and read the new value', async () => {
  const conn = await example(schema)
  const heard: unknown[] = []
  const seen: number[] = []
  const stop = conn.subscribe((...args) => {
    heard.push(...args)
    seen.push(conn.db().basisT)
  })
  const r = await conn.transact([{ 'm/id': 'a' }])
  stop()
  await conn.transact([{ 'm/id': 'b' }])
  expect([heard, seen]).toEqual([[], [r.t]])
  const ds = theirs()
  const told: number[] = []
  d.listen(ds.conn, (report) => told.push(report.tx_data.length))
  ds.transact([{ 'm/id': 'a' }])
  expect(told).toEqual([1])
})

it('no entity objects and no filter', async () => {
  const conn = await example(schema)
  for (const name of ['entity', 'filter']) {
    expect(name in conn.db()).toBe(false)
    expect(Object.keys(d)).toContain(name)
  }
})
