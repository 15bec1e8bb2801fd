// @ts-expect-error DataScript brings no types
import datascript from 'datascript'
import { describe, expect, it } from 'vitest'
import { kw, type SchemaDef } from '../../src/engine.ts'
import { example } from '../support/example.ts'

/** What DataScript's tests of queries ask, where annals promises the same and its own tests ask otherwise. */
const schema: SchemaDef = {
  'p/name': { type: 'string', unique: 'identity' },
  'p/age': { type: 'long' },
  'p/mood': { type: 'symbol' },
  'p/boss': { type: 'ref' },
  'p/seat': { type: 'tuple', tupleAttrs: ['p/boss', 'p/name'], unique: 'identity' },
}
const people = async () => {
  const conn = await example(schema)
  const { tempids } = await conn.transact([
    { 'db/id': 'ivan', 'p/name': 'Ivan', 'p/age': 15, 'p/mood': 'calm' },
    { 'db/id': 'petr', 'p/name': 'Petr', 'p/age': 37, 'p/mood': 'stern', 'p/boss': 'ivan' },
  ])
  return { tempids, db: conn.db(), q: (query: string, ...inputs: unknown[]) => conn.db().q(query, inputs) }
}

it('an attribute among the inputs comes back as it was given', async () => {
  const { q } = await people()
  const ofIvan = (list: string) => `[:find ?a ?v :in $ ${list} :where [?e :p/name "Ivan"] [?e ?a ?v]]`
  const all = [
    [':p/name', 'Ivan'],
    [':p/age', 15],
  ]
  expect(await q(ofIvan('[?a ...]'), [':p/name', ':p/age'])).toEqual(expect.arrayContaining(all))
  expect(await q(ofIvan('?a'), ':p/age')).toEqual([[':p/age', 15]])
  expect(await q(ofIvan('?a'), 'p/age')).toEqual([['p/age', 15]])
  expect(await q('[:find ?a (count ?e) :in $ [?a ...] :where [?e ?a _]]', [':p/age', ':p/boss'])).toEqual(
    expect.arrayContaining([
      [':p/age', 2],
      [':p/boss', 1],
    ]),
  )
})

it('what is given twice in one way is one row', async () => {
  const { q, tempids } = await people()
  const ivan = ['p/name', 'Ivan']
  const found = await q('[:find ?e ?n :in $ [?e ...] :where [?e :p/age ?n]]', [ivan, tempids.ivan, ['p/name', 'Ivan']])
  expect(found).toHaveLength(2)
  expect(found).toEqual(
    expect.arrayContaining([
      [ivan, 15],
      [tempids.ivan, 15],
    ]),
  )
})

describe('a symbol', () => {
  it('is a constant in the value of a pattern, for attributes of that type', async () => {
    const { q, tempids } = await people()
    expect(await q('[:find [?e ...] :where [?e :p/mood stern]]')).toEqual([tempids.petr])
    expect(await q('[:find [?e ...] :where (or [?e :p/mood stern] [?e :p/mood glad])]')).toEqual([tempids.petr])
    await expect(q('[:find ?e :where [?e :p/name stern]]')).rejects.toMatchObject({ code: 'value/wrong-type' })
    await expect(q('[:find ?e :where [?e :p/age ?n] [(< ?n m)]]')).rejects.toMatchObject({ code: 'query/malformed' })
  })
  it('is told from the string of its letters in a list of tuples', async () => {
    const { q } = await people()
    const rows = [
      [1, 'b'],
      [2, { $sym: 'b' }],
    ]
    expect(await q('[:find [?e ...] :in $l :where [$l ?e "b"]]', rows)).toEqual([1])
    expect(await q('[:find [?e ...] :in $l :where [$l ?e ?s] [(symbol? ?s)]]', rows)).toEqual([2])
  })
})

describe('a tuple names its entities as a ref does', () => {
  const seats: readonly ((ivan: number | undefined) => unknown)[] = [(ivan) => ivan, () => ['p/name', 'Ivan']]

  it('among the inputs, by itself and in lookup refs', async () => {
    const { q, tempids } = await people()
    for (const seat of seats.map((of) => [of(tempids.ivan), 'Petr'])) {
      expect(await q('[:find ?e . :in $ ?s :where [?e :p/seat ?s]]', seat)).toBe(tempids.petr)
      expect(await q('[:find [?e ...] :in $ [?s ...] :where [?e :p/seat ?s]]', [seat])).toEqual([tempids.petr])
      expect(await q('[:find ?n . :in $ ?e :where [?e :p/age ?n]]', ['p/seat', seat])).toBe(37)
    }
    expect(await q('[:find ?e . :in $ ?s :where [?e :p/seat ?s]]', [['p/name', 'Nobody'], 'Petr'])).toBeUndefined()
  })
  it('in the query', async () => {
    const { q, tempids } = await people()
    const found = (seat: string) => q(`[:find ?e . :where [?e :p/seat ${seat}]]`)
    expect(await found('[[:p/name "Ivan"] "Petr"]')).toBe(tempids.petr)
    expect(await found(`[${tempids.ivan} "Petr"]`)).toBe(tempids.petr)
    expect(await found('[[:p/name "Nobody"] "Petr"]')).toBeUndefined()
    expect(await found('[nil "Ivan"]')).toBe(tempids.ivan)
    await expect(found('[[:p/name "Ivan"] 5]')).rejects.toMatchObject({ code: 'query/wrong-input' })
  })
})

it('get takes a default for a place that is not there', async () => {
  const { q } = await people()
  const got = (i: number) => q('[:find ?v . :in ?list ?i :where [(get ?list ?i :none) ?v]]', [1, 2], i)
  expect([await got(1), await got(2)]).toEqual([2, ':none'])
})

it('values of several types in one collection, least and greatest by type first', async () => {
  const { q } = await people()
  const mixed = ['1', new Date(0), 1, kw('a'), true]
  expect(await q('[:find (min ?x) (max ?x) :in [?x ...]]', mixed)).toEqual([[true, ':a']])
})

describe('otherwise than in DataScript (docs/query-differences.md)', () => {
  it('the greatest of several come first', async () => {
    const { q } = await people()
    const three = '[:find [(max 3 ?n) ...] :in [?n ...]]'
    expect(await q(three, [1, 4, 2, 3])).toEqual([[4, 3, 2]])
    expect(datascript.q(three, [1, 4, 2, 3])).toEqual([[2, 3, 4]])
  })
  it('keywords are ordered as their text is', async () => {
    const { q } = await people()
    expect(await q('[:find (min ?k) . :in [?k ...]]', [kw('a/c'), kw('a-b/c')])).toBe(':a-b/c')
  })
  it('parameters that a call must bind do bind', async () => {
    const { q } = await people()
    const query = '[:find [?b ...] :in $l % ?a :where ($l next ?a ?b)]'
    const edges = [
      [1, 2],
      [3, 4],
    ]
    expect(await q(query, edges, '[[(next [?a] ?b) [?a ?b]]]', 1)).toEqual([2])
    expect(datascript.q(query, edges, '[[(next [?a] ?b) [?a ?b]]]', 1)).toEqual([2, 4])
  })
  it('a recursive pull enters no entity twice', async () => {
    const { tempids, db } = await people()
    const { dbAfter } = await db.with([[':db/add', tempids.ivan, 'p/boss', tempids.petr]])
    const [ivan, petr] = [{ 'db/id': tempids.ivan }, { 'db/id': tempids.petr }]
    expect(await dbAfter.pull(['db/id', { 'p/boss': '...' }], tempids.petr as number)).toEqual({
      ...petr,
      'p/boss': { ...ivan, 'p/boss': petr },
    })
    const ref = { ':db/valueType': ':db.type/ref' }
    const facts = [
      [':db/add', 1, 'boss', 2],
      [':db/add', 2, 'boss', 1],
    ]
    const theirs = datascript.db_with(datascript.empty_db({ boss: ref }), facts)
    const last = { ':db/id': 1, boss: { ':db/id': 2 } }
    expect(datascript.pull(theirs, '[:db/id {"boss" ...}]', 1)).toEqual({
      ':db/id': 1,
      boss: { ':db/id': 2, boss: last },
    })
  })
})
