import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: not, not-join, or, or-join, and how they are processed. */

let q: ReturnType<typeof asking>
beforeAll(async () => {
  q = asking((await music()).conn)
})

describe('not', () => {
  it('removes what is so', async () => {
    expect(await q('[:find [?n ...] :where [?a :artist/name ?n] (not [?a :artist/country :country/CA])]')).toEqual([
      'Carl',
      'Paul',
    ])
    expect(await q('[:find (count ?a) . :where [?a :artist/name] (not [?a :artist/startYear])]')).toBe(1)
  })
  it('of several clauses removes what is all of it', async () => {
    expect(
      await q(
        '[:find [?n ...] :where [?r :release/name ?n] (not [?r :release/year 1971] [?r :release/artists ?a] [?a :artist/name "Joni"])]',
      ),
    ).toEqual(['Ram', 'Wild'])
  })
  it('takes predicates, whose variables stand outside', async () => {
    expect(await q('[:find [?n ...] :where [?r :release/name ?n] [?r :release/year ?y] (not [(< ?y 1972)])]')).toEqual([
      'Wild',
    ])
  })
  it('may be written before what binds its variables', async () => {
    expect(await q('[:find [?n ...] :where (not [?a :artist/startYear]) [?a :artist/name ?n]]')).toEqual(['Joni'])
  })
  it('needs a variable from outside, or constants', async () => {
    expect((await refusal(q('[:find ?y :where (not [?r :release/year ?y])]'))).code).toBe('query/unbound-variable')
    expect(await q('[:find [?n ...] :where [_ :artist/name ?n] (not [_ :release/year 1980])]')).toHaveLength(3)
    expect(await q('[:find [?n ...] :where [_ :artist/name ?n] (not [_ :release/year 1971])]')).toEqual([])
  })
})

describe('not-join', () => {
  it('says which variables stand outside; others of the same name are its own', async () => {
    // Artists without a release of 1971.
    expect(
      await q(
        '[:find [?n ...] :where [?a :artist/name ?n] (not-join [?a] [?r :release/artists ?a] [?r :release/year 1973])]',
      ),
    ).toEqual(['Carl', 'Joni'])
    expect(
      await q(
        '[:find [?n ...] :where [?a :artist/name ?n] [?r :release/year 1973] (not-join [?a] [?r :release/artists ?a])]',
      ),
    ).toEqual([])
    expect(
      await q('[:find [?n ...] :where [?a :artist/name ?n] [?r :release/year 1973] (not [?r :release/artists ?a])]'),
    ).toEqual(['Carl', 'Joni'])
  })
  it('wants its variables bound', async () => {
    expect(await refusal(q('[:find ?n :where [?a :artist/name ?n] (not-join [?x] [?x :release/year])]'))).toMatchObject(
      { code: 'query/unbound-variable', data: { variable: '?x' } },
    )
  })
})

describe('or', () => {
  it('takes what any branch finds, and groups with and', async () => {
    expect(await q('[:find (count ?r) . :where (or [?r :release/year 1973] [?r :release/price "12"])]')).toBe(2)
    expect(
      await q(
        '[:find [?n ...] :where (or [?r :release/year 1973] (and [?r :release/year 1971] [?r :release/artists [:artist/name "Joni"]])) [?r :release/name ?n]]',
      ),
    ).toEqual(['Blue', 'Wild'])
  })
  it('wants one set of variables in all branches', async () => {
    expect((await refusal(q('[:find ?r :where (or [?r :release/year 1973] [?r :release/artists ?a])]'))).code).toBe(
      'query/malformed',
    )
  })
  it('takes predicates, where the variable is known outside', async () => {
    expect(await q('[:find [?y ...] :where [_ :release/year ?y] (or [(< ?y 1972)] [(> ?y 1980)])]')).toEqual([1971])
    expect((await refusal(q('[:find ?y :where (or [(< ?y 1972)] [(> ?y 1980)])]'))).code).toBe('query/unbound-variable')
  })
})

describe('or-join', () => {
  it('says which variables the branches share', async () => {
    expect(
      await q(
        '[:find [?n ...] :where [?r :release/name ?n] (or-join [?r] [?r :release/year 1973] (and [?r :release/artists ?a] [?a :artist/country :country/CA]))]',
      ),
    ).toEqual(['Blue', 'Wild'])
  })
  it('may require some of them from outside', async () => {
    const longer =
      '(or-join [[?least] ?n] (and [?t :track/seconds ?s] [(>= ?s ?least)] [?t :track/name ?n]) (and [_ :release/name ?n] [(= ?least 0)]))'
    expect(await q(`[:find [?n ...] :in $ ?least :where ${longer}]`, 245)).toEqual(['River', 'Too Many'])
    expect(await q<unknown[]>(`[:find [?n ...] :in $ ?least :where ${longer}]`, 0)).toHaveLength(7)
    expect(await refusal(q(`[:find [?n ...] :where ${longer}]`))).toMatchObject({
      code: 'query/unbound-variable',
      data: { variable: '?least' },
    })
  })
  it('nests with not, not-join and or', async () => {
    expect(
      await q(
        '[:find [?n ...] :where [?a :artist/name ?n] (not (or-join [?a] [?a :artist/country :country/CA] (and [?a :artist/startYear ?y] (not-join [?y] [?b :artist/startYear ?z] [(> ?z ?y)]))))]',
      ),
    ).toEqual(['Paul'])
  })
})

it('a source stands for all clauses within', async () => {
  const tuples = [
    ['Ram', 1],
    ['Blue', 2],
  ]
  expect(await q('[:find [?n ...] :in $ $2 :where [?r :release/name ?n] ($2 not [?n 1])]', tuples)).toEqual([
    'Blue',
    'Wild',
  ])
  expect(await q('[:find [?n ...] :in $ $2 :where [?r :release/name ?n] ($2 not-join [?n] [?n ?k])]', tuples)).toEqual([
    'Wild',
  ])
  expect(await q('[:find [?n ...] :in $ $2 :where ($2 or [?n 1] (and [?n 2] [?n 2]))]', tuples)).toEqual([
    'Blue',
    'Ram',
  ])
  expect(await q('[:find [?n ...] :in $ $2 :where ($2 or-join [?n] [?n 1])]', tuples)).toEqual(['Ram'])
})
