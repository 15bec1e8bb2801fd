import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: predicates, functions, and the expressions that are built in. */

let world: Awaited<ReturnType<typeof music>>
let q: ReturnType<typeof asking>
beforeAll(async () => {
  world = await music()
  q = asking(world.conn)
})

describe('predicates', () => {
  it('compare, several at once too, across types of numbers', async () => {
    expect(await q('[:find [?n ...] :where [?a :artist/startYear ?y] [(< ?y 1965)] [?a :artist/name ?n]]')).toEqual([
      'Paul',
    ])
    expect(await q('[:find [?s ...] :where [_ :track/seconds ?s] [(<= 182 ?s 245)]]')).toEqual([182, 245])
    expect(await q('[:find [?p ...] :where [_ :release/price ?p] [(> ?p 9.75)]]')).toEqual(['12'])
    expect(await q('[:find [?n ...] :where [_ :release/name ?n] [(<= "Q" ?n)]]')).toEqual(['Ram', 'Wild'])
    expect(await q('[:find ?x :in ?x :where [(= ?x 5)]]', 5)).toEqual([[5]])
    expect(await q('[:find ?x :in ?x :where [(!= ?x 5)]]', 5)).toEqual([])
  })
  it('want their variables bound, and are the application’s own as well', async () => {
    expect(await refusal(q('[:find ?n :where [_ :release/name ?n] [(< ?y 5)]]'))).toMatchObject({
      code: 'query/unbound-variable',
      data: { variable: '?y', clause: '[(< ?y 5)]' },
    })
    expect(await q('[:find [?n ...] :where [_ :release/name ?n] [(starts-with? ?n "R")]]')).toEqual(['Ram'])
    expect(await q('[:find [?n ...] :where [_ :release/name ?n] [(clojure.string/starts-with? ?n "R")]]')).toEqual([
      'Ram',
    ])
  })
  it('are called by the names of Java’s methods on strings, too', async () => {
    const found = (call: string): Promise<unknown> =>
      q(`[:find ?x . :where [_ :release/name ?n] [(= ?n "Ram")] [(${call}) ?x]]`)
    expect(await found('.startsWith ?n "R"')).toBe(true)
    expect(await found('.endsWith ?n "R"')).toBe(false)
    expect(await found('.contains ?n "a"')).toBe(true)
    expect(await found('.toLowerCase ?n')).toBe('ram')
    expect(await found('.toUpperCase ?n')).toBe('RAM')
    expect(await found('.length ?n')).toBe(3)
    expect(await refusal(found('.intern ?n'))).toMatchObject({ code: 'query/unknown-function' })
  })
})

describe('functions', () => {
  it('bind a scalar, a tuple, a collection, a relation', async () => {
    expect(
      await q('[:find ?n ?m :where [?t :track/name ?n] [?t :track/seconds ?s] [(quot ?s 60) ?m] [(> ?m 3)]]'),
    ).toEqual([
      ['River', 4],
      ['Too Many', 4],
    ])
    expect(await q('[:find ?a ?b :where [(tuple 1 2) ?t] [(untuple ?t) [?a ?b]]]')).toEqual([[1, 2]])
    expect(await q('[:find [?x ...] :where [(ground [:a :e :i]) [?x ...]]]')).toEqual([':a', ':e', ':i'])
    expect(await q('[:find ?x ?y :where [(ground [[1 "a"] [2 "b"]]) [[?x ?y]]]]')).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
  })
  it('feed each other, in whichever order they are written', async () => {
    expect(await q('[:find ?z . :where [(+ ?y 1) ?z] [(* ?x 2) ?y] [(ground 5) ?x]]')).toBe(11)
    expect((await refusal(q('[:find ?x :where [(inc ?y) ?x] [(inc ?x) ?y]]'))).code).toBe('query/unbound-variable')
  })
  it('of the application see values as it does, and drop a row by null', async () => {
    expect(await q('[:find [?loud ...] :where [_ :release/name ?n] [(shout ?n) ?loud]]')).toEqual([
      'Blue!',
      'Ram!',
      'Wild!',
    ])
    const error = await refusal(q('[:find ?x :where [_ :release/name ?n] [(shuot ?n) ?x]]'))
    expect(error).toMatchObject({ code: 'query/unknown-function', data: { name: 'shuot', nearest: 'shout' } })
  })
  it('read the members of constant lists as the variables are that they meet', async () => {
    const from = (...countries: string[]) => ({
      find: [['?n', '...']],
      where: [
        [
          ['ground', countries],
          ['?c', '...'],
        ],
        ['?a', 'artist/country', '?c'],
        ['?a', 'artist/name', '?n'],
      ],
    })
    expect(await q(from(':country/GB', ':country/CA'))).toEqual(['Joni', 'Paul'])
    expect(await q(from(':country/US', ':nowhere'))).toEqual([])
    const prices = {
      find: ['?n', '?rank'],
      where: [
        [
          [
            'ground',
            [
              ['9.5', 1],
              ['12.00', 2],
            ],
          ],
          [['?p', '?rank']],
        ],
        ['?r', 'release/price', '?p'],
        ['?r', 'release/name', '?n'],
      ],
    }
    expect(await q(prices)).toEqual([
      ['Blue', 2],
      ['Ram', 1],
    ])
    const among = {
      find: [['?n', '...']],
      where: [['?r', 'release/price', '?p'], [['contains?', ['9.50', '10'], '?p']], ['?r', 'release/name', '?n']],
    }
    expect(await q(among)).toEqual(['Ram'])
    expect(await q('[:find ?l . :where [(ground ["a" 1 nil]) ?l]]')).toEqual(['a', 1, null])
  })
  it('take no source, unless they ask the database', async () => {
    const { code, data } = await refusal(q('[:find ?x :where [_ :release/year ?y] [(+ $ ?y) ?x]]'))
    expect({ code, data }).toMatchObject({ code: 'query/malformed', data: { found: '[(+ $ ?y) ?x]' } })
  })
  it('do not nest', async () => {
    expect((await refusal(q('[:find ?x :where [(+ 1 (+ 2 3)) ?x]]'))).code).toMatch(/^(?:query|value)\//)
  })
})

describe('get-else', () => {
  it('gives a default of any type for what is missing', async () => {
    expect(await q('[:find ?n ?y :where [?a :artist/name ?n] [(get-else $ ?a :artist/startYear "N/A") ?y]]')).toEqual([
      ['Carl', 1969],
      ['Joni', 'N/A'],
      ['Paul', 1960],
    ])
  })
  it('is refused for an attribute of cardinality many, and without a default', async () => {
    expect((await refusal(q('[:find ?x :where [?a :artist/name] [(get-else $ ?a :artist/aliases "") ?x]]'))).code).toBe(
      'query/malformed',
    )
    expect((await refusal(q('[:find ?x :where [?a :artist/name] [(get-else $ ?a :artist/name nil) ?x]]'))).code).toBe(
      'query/wrong-input',
    )
    expect((await refusal(q('[:find ?x :where [?a :artist/name] [(get-else $ ?a :artist/name) ?x]]'))).code).toBe(
      'query/wrong-arity',
    )
    expect((await refusal(q('[:find ?x :where [?a :artist/name] [(get-else $2 ?a :artist/name "") ?x]]'))).code).toBe(
      'query/unknown-source',
    )
  })
})

it('get-some gives the first attribute that is there, and its value', async () => {
  expect(
    await q(
      '[:find ?e ?attr ?name :where [?e :release/year 1973] [(get-some $ ?e :artist/name :release/name) [?attr ?name]]]',
    ),
  ).toEqual([[world.ids.wild, await q('[:find ?a . :where [?a :db/ident :release/name]]'), 'Wild']])
  expect(
    await q('[:find ?name :where [?e :release/year 1973] [(get-some $ ?e :artist/name :track/name) [_ ?name]]]'),
  ).toEqual([])
  expect((await refusal(q('[:find ?x :where [?e :release/year] [(get-some $ ?e :artist/aliases) [_ ?x]]]'))).code).toBe(
    'query/malformed',
  )
})

it('missing? keeps those without', async () => {
  expect(await q('[:find [?n ...] :where [?a :artist/name ?n] [(missing? $ ?a :artist/startYear)]]')).toEqual(['Joni'])
  expect(await q('[:find [?n ...] :where [?a :artist/name ?n] [(missing? $ ?a :artist/aliases)]]')).toEqual([
    'Carl',
    'Paul',
  ])
})

it('q asks within a query', async () => {
  expect(
    await q(
      '[:find [?n ...] :where [(q [:find (min ?s) :where [_ :track/seconds ?s]] $) [[?s]]] [?t :track/seconds ?s] [?t :track/name ?n]]',
    ),
  ).toEqual(['Dear Boy'])
  const given = '[(q [:find ?s . :in $queue $ ?n :where [?t :track/name ?n] [?t :track/seconds ?s]] $ "River") ?s]'
  expect(await q(`[:find [?s ...] :where ${given}]`)).toEqual([245])
})

it.each([
  '(q [:find ?y . :where [_ :release/year ?y]])',
  '(q [:find ?y . :where [_ :release/year ?y]] $ 1971)',
  '(q [:find ?n . :in $ ?y :where [?r :release/year ?y] [?r :release/name ?n]] $)',
])('%s is given what its query names, or refused', async (call) => {
  const { code } = await refusal(q(`[:find ?x :where [?r :release/year 1800] [${call} ?x]]`))
  expect(code).toBe('query/wrong-arity')
})

describe('arity', () => {
  it.each(['(subs "a")', '(count 1 2)', '(year)', '(inc 1 2)', '(missing? $ 5)'])('%s', async (call) => {
    expect((await refusal(q(`[:find ?x :where [${call} ?x]]`))).code).toBe('query/wrong-arity')
  })
})
