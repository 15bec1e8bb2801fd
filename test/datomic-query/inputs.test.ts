import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: inputs, binding forms, sources. */

let world: Awaited<ReturnType<typeof music>>
let q: ReturnType<typeof asking>
beforeAll(async () => {
  world = await music()
  q = asking(world.conn)
})

describe('bindings', () => {
  it('scalar', async () => {
    expect(
      await q(
        '[:find [?r ...] :in $ ?n :where [?a :artist/name ?n] [?e :release/artists ?a] [?e :release/name ?r]]',
        'Paul',
      ),
    ).toEqual(['Ram', 'Wild'])
  })
  it('tuple', async () => {
    expect(
      await q(
        '[:find [?n ...] :in $ [?artist ?release] :where [?a :artist/name ?artist] [?r :release/artists ?a] [?r :release/name ?release] [?r :release/name ?n]]',
        ['Joni', 'Blue'],
      ),
    ).toEqual(['Blue'])
  })
  it('collection', async () => {
    expect(
      await q(
        '[:find [?r ...] :in $ [?n ...] :where [?a :artist/name ?n] [?e :release/artists ?a] [?e :release/name ?r]]',
        ['Paul', 'Joni'],
      ),
    ).toEqual(['Blue', 'Ram', 'Wild'])
    expect(
      await q(
        '[:find [?r ...] :in $ [?n ...] :where [?a :artist/name ?n] [?e :release/artists ?a] [?e :release/name ?r]]',
        [],
      ),
    ).toEqual([])
  })
  it('relation', async () => {
    expect(
      await q(
        '[:find ?n ?y :in $ [[?artist ?n]] :where [?a :artist/name ?artist] [?r :release/artists ?a] [?r :release/name ?n] [?r :release/year ?y]]',
        [
          ['Joni', 'Blue'],
          ['Paul', 'Wild'],
          ['Paul', 'Blue'],
        ],
      ),
    ).toEqual([
      ['Blue', 1971],
      ['Wild', 1973],
    ])
  })
  it('blanks in every form', async () => {
    expect(
      await q('[:find ?a ?b ?c :in [_ ?a] _ [[?b _]] [[_ ?c] ...]]', [1, 2], 'unused', [[3, 4]], [[5, 6]]),
    ).toEqual([[2, 3, 6]])
  })
  it('by attribute, entity, ident and lookup ref', async () => {
    expect(await q('[:find [?v ...] :in $ ?attr :where [_ ?attr ?v]]', ':artist/startYear')).toEqual([1960, 1969])
    const names = '[:find [?n ...] :in $ ?c :where [?a :artist/country ?c] [?a :artist/name ?n]]'
    expect(await q(names, ':country/CA')).toEqual(['Joni'])
    expect(await q(names, ['db/ident', ':country/GB'])).toEqual(['Paul'])
    expect(
      await q('[:find [?n ...] :in $ ?a :where [?r :release/artists ?a] [?r :release/name ?n]]', [
        'artist/name',
        'Carl',
      ]),
    ).toEqual(['Blue'])
  })
})

describe('sources', () => {
  it('several databases', async () => {
    const before = world.conn.db()
    const { dbAfter } = await before.with([[':db/add', world.ids.wild, 'release/year', 1974]])
    expect(
      await q(
        '[:find ?n ?y ?z :in $ $2 :where [$ ?r :release/year ?y] [$2 ?r :release/year ?z] [(!= ?y ?z)] [$2 ?r :release/name ?n]]',
        dbAfter,
      ),
    ).toEqual([['Wild', 1973, 1974]])
  })
  it('a collection of tuples, wider than the pattern, and none at all', async () => {
    const prices = [
      ['Ram', 10, 'extra'],
      ['Blue', 20, 'extra'],
    ]
    expect(
      await q('[:find ?y ?p :in $ $prices :where [?r :release/name ?n] [?r :release/year ?y] [$prices ?n ?p]]', prices),
    ).toEqual([
      [1971, 10],
      [1971, 20],
    ])
    expect(
      await q('[:find [?k ...] :in $pairs :where [$pairs ?k true]]', [
        ['a', true],
        ['b', false],
      ]),
    ).toEqual(['a'])
  })
  it('no source at all', async () => {
    expect(await q('[:find [?x ...] :in [?x ...] :where [(odd? ?x)]]', [1, 2, 3])).toEqual([1, 3])
  })
  it('is said where it is not known, or missing', async () => {
    expect(await refusal(q('[:find ?r :where [$old ?r :release/name]]'))).toMatchObject({
      code: 'query/unknown-source',
      message: expect.stringContaining('$old'),
    })
    expect(await refusal(q('[:find ?r :in $old :where [?r :release/name]]', []))).toMatchObject({
      code: 'query/unknown-source',
    })
    expect((await refusal(q('[:find ?r :in $ $2 :where [$2 ?r]]'))).code).toBe('query/wrong-input')
    expect((await refusal(q('[:find ?r :in $ $2 :where [$2 ?r]]', 5))).code).toBe('query/wrong-input')
    expect((await refusal(q('[:find ?r :in $ ?x :where [?r :release/name ?x]]'))).code).toBe('query/wrong-input')
  })
})

describe('text of users is data in every place', () => {
  const TEXTS = ['?x', '_', ':a', '$', '%', '$2', '...', '.', '(rule)', '[?e :db/ident]', 'not', '&', "'"]
  it.each(TEXTS)('%s', async (text) => {
    expect(await q({ find: ['?t', '.'], in: ['?t'] }, text)).toBe(text)
    expect(await q({ find: [['?t', '...']], in: [['?t', '...']] }, [text])).toEqual([text])
    expect(await q({ find: ['?t', '?u'], in: [['?t', '?u']] }, [text, text])).toEqual([[text, text]])
    expect(await q({ find: ['?u', '.'], in: ['?t'], where: [[['str', '?t', '!'], '?u']] }, text)).toBe(`${text}!`)
    const { dbAfter } = await world.conn.db().with([{ 'release/name': text }])
    const ask = { find: ['?n', '.'], in: ['$', '$2', '?n'], where: [['$2', '?r', 'release/name', '?n']] }
    expect(await q(ask, dbAfter, text)).toBe(text)
    expect(await dbAfter.pull([['release/name', { as: text }]], ['artist/name', text])).toBeUndefined()
    expect(
      await q({ find: ['?n'], in: ['$rows', '?n'], where: [['$rows', '?n', '?n']] }, [[text, text]], text),
    ).toEqual([[text]])
    expect(
      await q(
        {
          find: ['?d', '.'],
          in: ['$', '?a', '?d'],
          where: [['?a', 'artist/name'], [['get-else', '$', '?a', 'release/name', 'none'], '?x'], [['!=', '?x', '?d']]],
        },
        world.ids.paul,
        text,
      ),
    ).toBe(text)
  })
})
