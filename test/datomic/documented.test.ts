// Sentences and examples of Datomic's reference, each as it stands there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, memory, open } from '../../src/engine.ts'

let conn: Connection
beforeAll(async () => {
  conn = await open('documented', {
    storage: memory(),
    schema: {
      'artist/name': { type: 'string', unique: 'identity' },
      'artist/endYear': { type: 'long' },
      'artist/kind': { type: 'keyword' },
      'artist/code': { type: 'string' },
      'release/year': { type: 'long' },
      'a/balance': { type: 'long' },
      'a/note': { type: 'string' },
    },
    functions: {
      orUnknown: (x: unknown) => x ?? 'unknown',
      nothing: () => null,
      short: (x: unknown) => (String(x).length < 5 ? true : `too long: ${String(x)}`),
    },
  })
  await conn.transact([[':db/add', ':a/note', 'db.attr/preds', 'short']])
  await conn.transact([
    {
      'artist/name': 'John Lennon',
      'artist/endYear': 1980,
      'artist/kind': ':type/person',
      'artist/code': '[1 :a/b "c"]',
    },
    { 'artist/name': 'Paul McCartney' },
    ...[1971, 1971, 1971, 1973].map((year) => ({ 'release/year': year })),
  ])
})
afterAll(() => conn.close())

const LENNON = ['artist/name', 'John Lennon'] as const
const PAUL = ['artist/name', 'Paul McCartney'] as const

describe('pull', () => {
  it.each([
    ['[(:artist/endYear :xform str)]', { 'artist/endYear': '1980' }],
    ['[[:artist/endYear :xform str]]', { 'artist/endYear': '1980' }],
    ['[(:artist/kind :xform name)]', { 'artist/kind': 'person' }],
    ['[(:artist/kind :xform namespace)]', { 'artist/kind': 'type' }],
    ['[(:artist/kind :xform symbol)]', { 'artist/kind': 'type/person' }],
    ['[(:artist/name :xform keyword)]', { 'artist/name': ':John Lennon' }],
    ['[(:artist/code :xform clojure.edn/read-string)]', { 'artist/code': [1, ':a/b', 'c'] }],
  ])('knows what %s makes', async (pattern, wanted) => {
    expect(await conn.db().pull(pattern, LENNON)).toEqual(wanted)
  })

  it('hands nil to the transformation of what is missing; a default is not transformed, and comes last', async () => {
    const db = conn.db()
    expect(await db.pull('[:artist/name (:artist/endYear :xform orUnknown)]', PAUL)).toEqual({
      'artist/name': 'Paul McCartney',
      'artist/endYear': 'unknown',
    })
    expect(await db.pull('[:artist/name (:artist/endYear :xform orUnknown :default 0)]', PAUL)).toMatchObject({
      'artist/endYear': 'unknown',
    })
    expect(await db.pull('[:artist/name (:artist/endYear :xform nothing :default 0)]', PAUL)).toMatchObject({
      'artist/endYear': 0,
    })
    expect(await db.pull('[:artist/name (:artist/endYear :xform name)]', PAUL)).toEqual({
      'artist/name': 'Paul McCartney',
    })
  })
})

describe('queries', () => {
  it('sample returns up to n distinct items', async () => {
    for (let i = 0; i < 20; i++) {
      const found = await conn.db().q<number[]>('[:find (sample 3 ?y) . :with ?r :where [?r :release/year ?y]]')
      expect([...found].sort()).toEqual([1971, 1973])
    }
  })

  it('the tx-data of a report is an input, and a source', async () => {
    const { dbAfter, txData } = await conn.transact([{ 'db/id': LENNON, 'artist/endYear': 1981 }])
    const wanted = [
      [':artist/endYear', 1980, false],
      [':artist/endYear', 1981, true],
    ]
    const input =
      '[:find ?an ?v ?added :in $ [[?e ?a ?v _ ?added]] :where [?a :db/ident ?an] [(not= ?an :db/txInstant)] [?e :artist/name]]'
    expect((await dbAfter.q<unknown[]>(input, [txData])).map(String).sort()).toEqual(wanted.map(String).sort())
    const source = '[:find ?an ?v ?added :in $ $tx :where [$tx ?e ?a ?v _ ?added] [?a :db/ident ?an] [?e :artist/name]]'
    expect((await dbAfter.q<unknown[]>(source, [txData])).map(String).sort()).toEqual(wanted.map(String).sort())
  })

  it('the tx-data of a report tells every value as what it is', async () => {
    const { dbAfter, txData } = await conn.transact([{ 'db/id': LENNON, 'artist/kind': ':type/group' }])
    const input =
      '[:find ?an ?v ?added :in $ [[?e ?a ?v _ ?added]] :where [?e ?a ?v _ ?added] [?a :db/ident ?an] [?e :artist/name]]'
    expect(await dbAfter.q(input, [txData])).toEqual([[':artist/kind', ':type/group', true]])
    const source =
      '[:find ?an ?v :in $ $tx :where [$tx ?e ?a ?v] [?e ?a ?v] [?a :db/ident ?an] [(not= ?an :db/txInstant)]]'
    const said = (await dbAfter.q<[string, unknown][]>(source, [txData])).map(([name]) => name)
    expect(said.sort()).toEqual([':artist/kind', ':tx/id'])
    await conn.transact([{ 'db/id': LENNON, 'artist/kind': ':type/person' }])
  })

  it('a type hint is for Java', async () => {
    const hinted = '[:find [?name ...] :where [_ :artist/name ?name] [(.contains ^String ?name "Mc")]]'
    expect(await conn.db().q(hinted)).toEqual(['Paul McCartney'])
  })

  it('a lookup ref names who has the value, in history too', async () => {
    const { tempids } = await conn.transact([{ 'db/id': 'first', 'artist/name': 'The Artist' }])
    await conn.transact([[':db/retract', tempids.first, 'artist/name', 'The Artist']])
    const past = async () => conn.db().history().entid(['artist/name', 'The Artist'])
    expect(await past()).toBe(tempids.first)
    const { tempids: later } = await conn.transact([{ 'db/id': 'second', 'artist/name': 'The Artist' }])
    expect(await past()).toBe(later.second)
    await conn.transact([[':db/retractEntity', later.second]])
    expect(await past()).toBe(later.second)
  })

  it('variables that must be bound are enclosed in a vector or list', async () => {
    const rules = '[[(later (?least) ?r) [?r :release/year ?y] [(> ?y ?least)]]]'
    const later = '[:find (count ?r) . :in $ % ?least :where (later ?least ?r)]'
    expect(await conn.db().q(later, [rules, 1972])).toBe(1)
    expect(
      await conn.db().q('[:find (count ?r) . :where [?r :release/year] (not-join (?r) [?r :release/year 1973])]'),
    ).toBe(3)
    expect(
      await conn.db().q('[:find (count ?r) . :where (or-join (?r) [?r :release/year 1973] [?r :artist/name])]'),
    ).toBe(3)
  })
})

describe('transactions', () => {
  it('name themselves, by each of the names that there are for it', async () => {
    for (const name of ['datomic.tx', 'datascript.tx', ':db/current-tx']) {
      const { tx, tempids, txData } = await conn.transact([{ 'db/id': name, 'a/note': 'why' }])
      expect(tempids).toEqual({ [name]: tx })
      expect(txData.filter(({ e }) => e !== tx)).toEqual([])
    }
  })

  it('take a list of idents for several values', async () => {
    await conn.transact([
      { 'db/ident': ':artist/likes', 'db/valueType': ':db.type/ref', 'db/cardinality': ':db.cardinality/many' },
      { 'db/ident': ':artist/nam' },
      { 'db/ident': ':artist/kin' },
    ])
    const { tempids } = await conn.transact('[{:db/id "x" :artist/likes [:artist/nam :artist/kin]}]')
    const likes = '[:find (count ?v) . :in $ ?x :where [?x :artist/likes ?v]]'
    expect(await conn.db().q(likes, [tempids.x])).toBe(2)
  })

  it('with tells the value before, too', async () => {
    const db = conn.db()
    const { dbBefore, dbAfter } = await db.with([{ 'db/id': PAUL, 'artist/endYear': 2100 }])
    const year = '[:find ?y . :where [?e :artist/name "Paul McCartney"] [?e :artist/endYear ?y]]'
    expect([await dbBefore.q(year), await dbAfter.q(year)]).toEqual([undefined, 2100])
  })

  it('entity specs are enforced from the transaction after that which asserts them', async () => {
    const spec = { 'db/id': 'spec', 'db/ident': ':account/checked', 'db.entity/attrs': [':artist/name'] }
    await conn.transact([spec])
    const forms = [
      { 'db/id': ':account/checked', 'db.entity/attrs': [':a/balance'] },
      { 'artist/name': 'somebody', 'db/ensure': ':account/checked' },
    ]
    await conn.transact(forms)
    await expect(
      conn.transact([{ 'artist/name': 'somebody else', 'db/ensure': ':account/checked' }]),
    ).rejects.toMatchObject({ code: 'tx/ensure-failed', data: { missing: [':a/balance'] } })
  })

  it('reports what a failing predicate returned', async () => {
    await expect(conn.transact([{ 'a/note': 'a long one' }])).rejects.toMatchObject({
      code: 'tx/ensure-failed',
      data: { returned: 'too long: a long one' },
    })
  })

  it('attributes of type bytes cannot be unique', async () => {
    for (const unique of ['identity', 'value']) {
      const define = conn.transact([
        {
          'db/ident': ':b/b',
          'db/valueType': ':db.type/bytes',
          'db/cardinality': ':db.cardinality/one',
          'db/unique': `:db.unique/${unique}`,
        },
      ])
      await expect(define).rejects.toMatchObject({ code: 'schema/malformed' })
    }
  })
})
