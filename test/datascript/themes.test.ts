import { describe, expect, it } from 'vitest'
import type { Db, SchemaDef } from '../../src/engine.ts'
import { example, refused, said, values } from '../support/example.ts'

/** What DataScript's own tests are about, theme by theme, where annals promises the same. */
const people: SchemaDef = {
  'p/name': { type: 'string', unique: 'identity' },
  'p/email': { type: 'string', unique: 'identity' },
  'p/slugs': { type: 'string', many: true, unique: 'identity' },
  'p/age': { type: 'long', index: true },
  'p/aka': { type: 'string', many: true },
  'p/friend': { type: 'ref', many: true },
  'p/profile': { type: 'ref', component: true },
  'p/parts': { type: 'ref', many: true, component: true },
  'p/ref': { type: 'ref', unique: 'identity' },
}

describe('with', () => {
  it('gives a value with the facts in it, and leaves the one before as it was', async () => {
    const conn = await example(people)
    const { dbAfter: one } = await conn.db().with([{ 'p/name': 'Ivan', 'p/aka': ['Devil', 'Tupen'] }])
    const { dbAfter: two } = await one.with([[':db/retract', ['p/name', 'Ivan'], 'p/aka', 'Devil']])
    const aka = async (db: Db) => (await db.datoms('eavt', ['p/name', 'Ivan'], 'p/aka')).map((d) => d.v)
    expect([await aka(one), await aka(two)]).toEqual([['Devil', 'Tupen'], ['Tupen']])
    expect(await conn.db().entid(['p/name', 'Ivan'])).toBeUndefined()
  })
})

describe('retracting', () => {
  it('an attribute takes all of its values, an entity all of its facts and the refs to it', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'db/id': 'i', 'p/name': 'Ivan', 'p/age': 15, 'p/aka': ['X', 'Y', 'Z'], 'p/friend': 'p' },
      { 'db/id': 'p', 'p/name': 'Petr', 'p/age': 37 },
    ])
    const left = async (form: unknown[]) => {
      const { dbAfter } = await conn.db().with([form])
      return (await dbAfter.datoms('eavt', r.tempids.i)).map((d) => d.v)
    }
    expect(await left([':db/retract', r.tempids.i, 'p/aka'])).toEqual(['Ivan', 15, r.tempids.p])
    expect(await left([':db/retract', r.tempids.i, 'p/age', 16])).toHaveLength(6)
    expect(await left([':db/retractEntity', r.tempids.p])).toEqual(['Ivan', 15, 'X', 'Y', 'Z'])
    expect(await left([':db/retractEntity', r.tempids.i])).toEqual([])
  })

  it('without a value what is not there changes nothing', async () => {
    const conn = await example(people)
    await conn.transact([{ 'p/name': 'Ivan' }])
    expect(said(await conn.transact([[':db/retract', ['p/name', 'Ivan'], 'p/aka']]))).toEqual([])
  })
})

describe('components', () => {
  it('of components go with their owner, whichever way they were told', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'db/id': 'i', 'p/name': 'Ivan', 'p/profile': { 'db/id': 'a', 'p/email': '@3' } },
      { 'db/id': 'b', 'p/email': '@4', 'p/_parts': 'a' },
      { 'db/id': 'c', 'p/email': '@5', 'p/_profile': 'b' },
    ])
    const gone = await conn.transact([[':db/retractEntity', ['p/name', 'Ivan']]])
    const left = (await conn.db().datoms('aevt', 'p/email')).map((d) => d.v)
    expect(left).toEqual([])
    expect(new Set(gone.txData.filter((d) => d.e !== gone.tx).map((d) => d.e))).toEqual(
      new Set(['i', 'a', 'b', 'c'].map((name) => r.tempids[name])),
    )
  })

  it('stay when only the ref to them is retracted', async () => {
    const conn = await example(people)
    const r = await conn.transact([{ 'db/id': 'i', 'p/name': 'Ivan', 'p/profile': { 'db/id': 'a', 'p/email': '@3' } }])
    await conn.transact([[':db/retract', r.tempids.i, 'p/profile', r.tempids.a]])
    expect(await values(conn, r.tempids.a)).toEqual(['@3'])
  })

  it('are pulled with their owner, and lead back to one', async () => {
    const conn = await example(people)
    const r = await conn.transact([{ 'db/id': 'i', 'p/name': 'Ivan', 'p/parts': [{ 'p/age': 1 }, { 'p/age': 2 }] }])
    const pulled = await conn
      .db()
      .pull<{ 'p/parts': { 'p/age': number; 'db/id': number }[] }>('[*]', ['p/name', 'Ivan'])
    expect(pulled?.['p/parts'].map((x) => x['p/age']).sort()).toEqual([1, 2])
    const part = pulled?.['p/parts'][0]?.['db/id'] as number
    expect(await conn.db().pull(['p/_parts'], part)).toEqual({ 'p/_parts': { 'db/id': r.tempids.i } })
  })
})

describe('upserts', () => {
  const ivan = { 'p/name': 'Ivan', 'p/email': '@1' }
  const petr = { 'p/name': 'Petr', 'p/email': '@2' }

  it('find by any unique attribute, with or without a tempid, and change what is said', async () => {
    const conn = await example(people)
    const r = await conn.transact([{ 'db/id': 'i', ...ivan }, petr])
    for (const form of [
      { 'p/name': 'Ivan', 'p/age': 35 },
      { 'db/id': 't', 'p/email': '@1', 'p/age': 36 },
      { 'db/id': r.tempids.i, 'p/name': 'Ivan', 'p/age': 37 },
      { 'db/id': ['p/name', 'Ivan'], 'p/email': '@1', 'p/age': 38 },
    ]) {
      await conn.transact([form])
      expect(await values(conn, r.tempids.i)).toEqual(['Ivan', '@1', form['p/age']])
    }
  })

  it('that lead to two entities are refused, and so are those that clash with a given id', async () => {
    const conn = await example(people)
    const r = await conn.transact([{ 'db/id': 'i', ...ivan }, petr])
    await refused(conn, [{ 'p/name': 'Ivan', 'p/email': '@2' }], 'tx/tempid-conflict')
    await refused(conn, [{ 'db/id': r.tempids.i, 'p/name': 'Petr' }], 'tx/unique-conflict')
    await refused(conn, [{ 'db/id': r.tempids.i, 'p/name': 'Petr', 'p/age': 1 }], 'tx/unique-conflict')
  })

  it('with a value that nobody has give it to the one that the other finds', async () => {
    const conn = await example(people)
    const r = await conn.transact([{ 'db/id': 'i', ...ivan }])
    const again = await conn.transact([{ 'db/id': 't', 'p/name': 'Ivan', 'p/email': '@5' }])
    expect(again.tempids.t).toBe(r.tempids.i)
    expect(await values(conn, r.tempids.i, 'p/email')).toEqual(['@5'])
  })

  it('of many values find by each, all of which have to agree', async () => {
    const conn = await example(people)
    const r = await conn.transact([{ 'db/id': 'i', 'p/slugs': ['a', 'b'] }, { 'p/slugs': ['c'] }])
    const again = await conn.transact([{ 'db/id': 't', 'p/slugs': ['a', 'b', 'd'] }])
    expect(again.tempids.t).toBe(r.tempids.i)
    await refused(conn, [{ 'p/slugs': ['a', 'c'] }], 'tx/tempid-conflict')
  })

  it('reach what is nested and what is reversed', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'db/id': 'i', ...ivan },
      { 'db/id': 'p', ...petr },
    ])
    await conn.transact([{ 'p/name': 'Oleg', 'p/friend': [{ 'p/name': 'Ivan', 'p/age': 1 }], 'p/_friend': petr }])
    expect(await values(conn, r.tempids.i, 'p/age')).toEqual([1])
    expect(await values(conn, ['p/name', 'Oleg'], 'p/friend')).toEqual([r.tempids.i])
    expect(await values(conn, r.tempids.p, 'p/friend')).toEqual([await conn.db().entid(['p/name', 'Oleg'])])
  })

  it('through unique refs: found by whom one points to', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'db/id': 'i', ...ivan },
      { 'db/id': 'x', 'p/ref': 'i' },
    ])
    const again = await conn.transact([{ 'db/id': 't', 'p/ref': ['p/name', 'Ivan'], 'p/age': 4 }])
    expect(again.tempids.t).toBe(r.tempids.x)
    const nested = await conn.transact([{ 'db/id': 'u', 'p/ref': { 'p/email': '@1' }, 'p/age': 5 }])
    expect(nested.tempids.u).toBe(r.tempids.x)
  })

  it('make two tempids one, and what each says belongs to it', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'db/id': 't', 'p/name': 'Ivan', 'p/aka': ['x'] },
      { 'db/id': 'u', 'p/name': 'Ivan', 'p/email': '@1' },
      { 'db/id': 'w', 'p/email': '@1', 'p/age': 3 },
      { 'p/name': 'Petr', 'p/friend': ['t', 'u', 'w'] },
    ])
    expect(new Set([r.tempids.t, r.tempids.u, r.tempids.w]).size).toBe(1)
    expect(await values(conn, ['p/name', 'Petr'], 'p/friend')).toEqual([r.tempids.t])
    expect(await values(conn, r.tempids.t)).toEqual(['Ivan', '@1', 3, 'x'])
  })
})

describe('tempids', () => {
  it('lead to entities across forms, also before they are described', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'p/name': 'Ivan', 'p/friend': ['later', 'much-later'] },
      { 'db/id': 'later', 'p/name': 'Oleg', 'p/friend': 'much-later' },
      [':db/add', 'much-later', 'p/name', 'Petr'],
    ])
    expect(Object.keys(r.tempids).sort()).toEqual(['later', 'much-later'])
    expect(await values(conn, r.tempids.later, 'p/friend')).toEqual([r.tempids['much-later']])
  })

  it('may hang in a circle', async () => {
    const conn = await example(people)
    const r = await conn.transact([
      { 'db/id': 'a', 'p/friend': 'b' },
      { 'db/id': 'b', 'p/friend': 'a' },
    ])
    expect(await values(conn, r.tempids.a)).toEqual([r.tempids.b])
    expect(await values(conn, r.tempids.b)).toEqual([r.tempids.a])
  })
})

describe('lookup refs', () => {
  it('stand for entities in every place of a transaction', async () => {
    const conn = await example(people)
    await conn.transact([{ 'p/name': 'Ivan', 'p/email': '@1' }, { 'p/name': 'Petr' }])
    await conn.transact([
      { 'db/id': ['p/name', 'Ivan'], 'p/friend': [['p/name', 'Petr']] },
      [':db/cas', ['p/email', '@1'], 'p/age', null, 3],
    ])
    const petr = await conn.db().entid(['p/name', 'Petr'])
    expect(await values(conn, ['p/name', 'Ivan'])).toEqual(['Ivan', '@1', 3, petr])
    await conn.transact([[':db/retract', ['p/name', 'Ivan'], 'p/friend', ['p/name', 'Petr']]])
    expect(await values(conn, ['p/email', '@1'], 'p/friend')).toEqual([])
    await conn.transact([[':db/retractEntity', ['p/email', '@1']]])
    expect(await conn.db().entid(['p/name', 'Ivan'])).toBeUndefined()
  })

  it('stand for entities in indexes', async () => {
    const conn = await example(people)
    await conn.transact([{ 'p/name': 'Ivan', 'p/friend': { 'p/name': 'Petr' } }])
    const db = conn.db()
    expect(await db.datoms('vaet', ['p/name', 'Petr'])).toHaveLength(1)
    expect(await db.datoms('aevt', 'p/friend', ['p/name', 'Ivan'], ['p/name', 'Petr'])).toHaveLength(1)
    expect((await db.seekDatoms('eavt', ['p/name', 'Ivan'], { limit: 1 }))[0]?.v).toBe('Ivan')
  })
})

describe('index range', () => {
  it('takes values between, whoever has them, in order', async () => {
    const conn = await example(people)
    const ages = [30, 44, 12, 18, 19, 44]
    await conn.transact(ages.map((age, i) => ({ 'p/name': `n${i}`, 'p/age': age })))
    const range = async (from?: number | null, to?: number | null) =>
      (await conn.db().indexRange('p/age', from, to)).map((d) => d.v)
    expect(await range(18, 44)).toEqual([18, 19, 30])
    expect(await range(13, 18)).toEqual([])
    expect(await range(44)).toEqual([44, 44])
    expect(await range(null, 19)).toEqual([12, 18])
  })
})

describe('tuples', () => {
  const schema: SchemaDef = {
    't/a': { type: 'string' },
    't/b': { type: 'string' },
    't/c': { type: 'string' },
    't/a+b': { type: 'tuple', tupleAttrs: ['t/a', 't/b'], unique: 'identity' },
    't/a+b+c': { type: 'tuple', tupleAttrs: ['t/a', 't/b', 't/c'], index: true },
  }

  it('that share members all follow', async () => {
    const conn = await example(schema)
    const r = await conn.transact([{ 'db/id': 'x', 't/a': 'a', 't/b': 'b' }])
    expect(await values(conn, r.tempids.x, 't/a+b')).toEqual([['a', 'b']])
    expect(await values(conn, r.tempids.x, 't/a+b+c')).toEqual([['a', 'b', null]])
    const changed = await conn.transact([
      [':db/add', r.tempids.x, 't/a', 'A'],
      [':db/add', r.tempids.x, 't/c', 'c'],
    ])
    expect(await values(conn, r.tempids.x, 't/a+b+c')).toEqual([['A', 'b', 'c']])
    expect(said(changed).filter(([v]) => Array.isArray(v))).toHaveLength(4)
  })

  it('are looked up, ranged over and queried', async () => {
    const conn = await example(schema)
    await conn.transact([
      { 't/a': 'a', 't/b': 'b', 't/c': 'c' },
      { 't/a': 'a', 't/b': 'd' },
    ])
    const e = await conn.db().entid(['t/a+b', ['a', 'b']])
    expect(await values(conn, e, 't/c')).toEqual(['c'])
    const found = (await conn.db().indexRange('t/a+b', ['a', 'c'], ['b', null])).map((d) => d.v)
    expect(found).toEqual([['a', 'd']])
    expect(await conn.db().q('[:find ?e . :in $ ?t :where [?e :t/a+b ?t]]', [['a', 'b']])).toBe(e)
  })

  it('upsert by their value, given beside the members', async () => {
    const conn = await example(schema)
    const one = await conn.transact([{ 'db/id': 'x', 't/a': 'a', 't/b': 'b' }])
    const two = await conn.transact([{ 'db/id': 'y', 't/a+b': ['a', 'b'], 't/a': 'a', 't/b': 'b', 't/c': 'c' }])
    expect(two.tempids.y).toBe(one.tempids.x)
    await refused(conn, [{ 't/a': 'a', 't/b': 'b' }], 'tx/unique-conflict')
  })
})

describe('listening', () => {
  it('hears of each change until it stops, and never of one that was refused', async () => {
    const conn = await example(people)
    const heard: number[] = []
    const stop = conn.subscribe(() => heard.push(conn.db().basisT))
    const one = await conn.transact([{ 'p/name': 'Ivan' }])
    await refused(conn, [{ 'p/name': 5 }], 'value/wrong-type')
    const two = await conn.transact([])
    stop()
    await conn.transact([{ 'p/name': 'Petr' }])
    expect(heard).toEqual([one.t, two.t])
  })
})
