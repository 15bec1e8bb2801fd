import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: find specifications, return maps, with. */

let q: ReturnType<typeof asking>
let ids: Awaited<ReturnType<typeof music>>['ids']
beforeAll(async () => {
  const world = await music()
  q = asking(world.conn)
  ids = world.ids
})

describe('find specifications', () => {
  it('?a ?b: a relation, a set of tuples', async () => {
    expect(await q('[:find ?artist ?year :where [?a :artist/name ?artist] [?a :artist/startYear ?year]]')).toEqual([
      ['Carl', 1969],
      ['Paul', 1960],
    ])
    expect(await q('[:find ?year :where [_ :release/year ?year]]')).toEqual([[1971], [1973]])
  })
  it('[?a ...]: a collection', async () => {
    expect(await q('[:find [?name ...] :where [?r :release/name ?name] [?r :release/year 1971]]')).toEqual([
      'Blue',
      'Ram',
    ])
  })
  it('[?a ?b]: a single tuple', async () => {
    const clauses = ':in $ ?n :where [?r :release/name ?n] [?r :release/year ?y] [?r :release/price ?p]'
    expect(await q(`[:find [?p ?y] ${clauses}]`, 'Ram')).toEqual(['9.5', 1971])
    expect(await q(`[:find [?p ?y] ${clauses}]`, 'No such')).toBeUndefined()
  })
  it('?a .: a single scalar', async () => {
    expect(await q('[:find ?y . :in $ ?n :where [?r :release/name ?n] [?r :release/year ?y]]', 'Wild')).toBe(1973)
    expect(await q('[:find ?y . :where [?r :release/name "No such"] [?r :release/year ?y]]')).toBeUndefined()
    expect(await q('[:find ?y . :where [_ :release/year ?y] :limit 0]')).toBeUndefined()
  })
  it('pull expressions, of any variable and beside others', async () => {
    expect(await q('[:find (pull ?r [:release/name]) ?y :where [?r :release/year ?y] [(> ?y 1971)]]')).toEqual([
      [{ 'release/name': 'Wild' }, 1973],
    ])
    expect(
      await q(
        '[:find [(pull ?a [:artist/name {:release/_artists [:release/name]}]) ...] :in $ ?n :where [?a :artist/name ?n]]',
        'Carl',
      ),
    ).toEqual([{ 'artist/name': 'Carl', 'release/_artists': [{ 'release/name': 'Blue' }] }])
    expect(await q('[:find (pull ?c [:db/ident]) . :where [_ :artist/country ?c] [?c :db/ident :country/CA]]')).toEqual(
      {
        'db/ident': ':country/CA',
      },
    )
  })
  it('pull with a pattern that a variable stands for, however deep', async () => {
    const text = '[:find (pull ?r ?p) . :in $ ?p ?n :where [?r :release/name ?n]]'
    const pattern = ['release/year', { 'release/artists': ['artist/name'] }]
    const found = { 'release/year': 1971, 'release/artists': [{ 'artist/name': 'Paul' }] }
    expect(await q(text, ['release/year'], 'Ram')).toEqual({ 'release/year': 1971 })
    expect(await q(text, pattern, 'Ram')).toMatchObject(found)
    expect(await q(text, '[:release/year {:release/artists [:artist/name]}]', 'Ram')).toMatchObject(found)
  })
  it('pull with a pattern that is an input, which is read before anything else', async () => {
    const text = '[:find (pull ?r pattern) :in $ pattern :where [?r :release/year 1800]]'
    expect(await q(text, '[:release/name]')).toEqual([])
    expect(await refusal(q(text, '[:release/nmae]'))).toMatchObject({ code: 'pull/unknown-attribute' })
  })
  it('pull with a pattern that is an input, and of two entities', async () => {
    expect(
      await q('[:find (pull ?r pattern) . :in $ ?n pattern :where [?r :release/name ?n]]', 'Ram', '[:release/year]'),
    ).toEqual({ 'release/year': 1971 })
    expect(
      await q(
        '[:find (pull ?a [:artist/name]) (pull ?r [:release/name]) :where [?r :release/artists ?a] [?r :release/year 1973]]',
      ),
    ).toEqual([[{ 'artist/name': 'Paul' }, { 'release/name': 'Wild' }]])
  })
  it.each([
    ['[:find (pull ?r [:release/nmae]) :where [?r :release/year 1800]]', 'pull/unknown-attribute', /release\/name/],
    ['[:find (pull ?r ?shape) :in $ ?pattern :where [?r :release/year 1800]]', 'query/unbound-variable', /\?shape/],
    ['[:find (pull ?r shape) :where [?r :release/year 1800]]', 'query/unbound-variable', /shape/],
    [
      '[:find (pull ?r [(:release/name :xform whisper)]) :where [?r :release/year 1800]]',
      'query/unknown-function',
      /whisper/,
    ],
  ])('%s is refused before it finds anything', async (query, code, says) => {
    const error = await refusal(query.includes(':in') ? q(query, []) : q(query))
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) })
  })
  it('finds nothing of an entity that the pattern does not speak of', async () => {
    expect(await q({ find: [['pull', '?r', ['release/price']]], where: [['?r', 'release/name', 'Wild']] })).toEqual([
      [undefined],
    ])
  })
})

describe('return maps', () => {
  const where = ':where [?r :release/name ?n] [?r :release/year ?y] [(= ?y 1973)]'
  it.each(['keys', 'strs', 'syms'])(':%s', async (keys) => {
    expect(await q(`[:find ?n ?y :${keys} name year ${where}]`)).toEqual([{ name: 'Wild', year: 1973 }])
    expect(await q(`[:find [?n ?y] :${keys} name year ${where}]`)).toEqual({ name: 'Wild', year: 1973 })
  })
  it('want as many names as there are elements, and rows', async () => {
    expect((await refusal(q(`[:find ?n ?y :keys name ${where}]`))).code).toBe('query/malformed')
    expect((await refusal(q(`[:find [?n ...] :keys name ${where}]`))).code).toBe('query/malformed')
    expect((await refusal(q(`[:find ?n . :keys name ${where}]`))).code).toBe('query/malformed')
    expect((await refusal(q(`[:find ?n ?y :keys a a ${where}]`))).code).toBe('query/malformed')
  })
})

describe('with', () => {
  // The monsters of the reference: heads that agree are one head unless :with keeps them apart.
  const monsters = [
    ['Cerberus', 3],
    ['Medusa', 1],
    ['Cyclops', 1],
    ['Chimera', 1],
  ]
  it('keeps rows apart', async () => {
    expect(await q('[:find (sum ?heads) . :in [[_ ?heads]]]', monsters)).toBe(4)
    expect(await q('[:find (sum ?heads) . :with ?monster :in [[?monster ?heads]]]', monsters)).toBe(6)
    expect(await q('[:find [?heads ...] :with ?monster :in [[?monster ?heads]]]', monsters)).toEqual([1, 1, 1, 3])
  })
  it('takes several variables, and refuses one that nothing binds', async () => {
    expect(await q('[:find (count ?y) . :with ?r ?n :where [?r :release/year ?y] [?r :release/name ?n]]')).toBe(3)
    expect((await refusal(q('[:find ?y :with ?z :where [_ :release/year ?y]]'))).code).toBe('query/unbound-variable')
  })
})

it('an entity is found by its id', async () => {
  expect(await q('[:find ?r . :where [?r :release/name "Ram"]]')).toBe(ids.ram)
})
