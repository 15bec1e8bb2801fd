import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: aggregates, those that give one value, those that give collections, one's own. */

let q: ReturnType<typeof asking>
beforeAll(async () => {
  q = asking((await music()).conn)
})
const seconds = ':with ?t :where [?t :track/seconds ?s]'

describe('aggregates of one value', () => {
  it.each<[string, unknown]>([
    ['(min ?s)', 135],
    ['(max ?s)', 250],
    ['(count ?s)', 4],
    ['(count-distinct ?s)', 4],
    ['(sum ?s)', 812],
    ['(avg ?s)', 203],
    ['(median ?s)', 213.5],
    ['(variance ?s)', 2259.5],
    ['(stddev ?s)', Math.sqrt(2259.5)],
  ])('%s', async (aggregate, wanted) => {
    expect(await q(`[:find ${aggregate} . ${seconds}]`)).toBeCloseTo(wanted as number, 9)
  })
  it('min and max are of every type, not only of numbers', async () => {
    expect(await q('[:find (min ?n) (max ?n) :where [_ :release/name ?n]]')).toEqual([['Blue', 'Wild']])
    expect(await q('[:find (min ?p) (max ?p) (sum ?p) :where [_ :release/price ?p]]')).toEqual([['9.5', '12', '21.5']])
  })
  it('group by what is not aggregated, twice of one variable too', async () => {
    expect(
      await q('[:find ?y (count ?r) (count-distinct ?a) :where [?r :release/year ?y] [?r :release/artists ?a]]'),
    ).toEqual([
      [1971, 3, 3],
      [1973, 1, 1],
    ])
    expect(await q('[:find (count ?r) . :where [?r :release/year ?y] [?r :release/artists ?a]]')).toBe(3)
  })
  it('find nothing, rather than nought, where there are no rows', async () => {
    expect(await q('[:find (count ?r) . :where [?r :release/year 2000]]')).toBeUndefined()
    expect(await q('[:find (sum ?y) :where [?r :release/year ?y] [(> ?y 2000)]]')).toEqual([])
  })
})

describe('aggregates of collections', () => {
  it('n least, n greatest, the distinct', async () => {
    expect(await q(`[:find (min 2 ?s) (max 2 ?s) ${seconds}]`)).toEqual([
      [
        [135, 182],
        [250, 245],
      ],
    ])
    expect(await q(`[:find (min 0 ?s) (max 99 ?s) ${seconds}]`)).toEqual([[[], [250, 245, 182, 135]]])
    expect(await q<number[]>('[:find (distinct ?y) . :with ?r :where [?r :release/year ?y]]')).toEqual([1971, 1973])
  })
  it('by chance: rand may repeat, sample may not', async () => {
    expect(await q<number[]>(`[:find (rand 20 ?s) . ${seconds}]`)).toHaveLength(20)
    const sample = await q<number[]>(`[:find (sample 3 ?s) . ${seconds}]`)
    expect(new Set(sample).size).toBe(3)
    expect(await q<number[]>(`[:find (sample 9 ?s) . ${seconds}]`)).toEqual([135, 182, 245, 250])
    expect([135, 182, 245, 250]).toContain(await q(`[:find (rand ?s) . ${seconds}]`))
  })
  it('by a number that is an input', async () => {
    expect(await q('[:find (max ?n ?s) . :in $ ?n :where [_ :track/seconds ?s]]', 1)).toEqual([250])
  })
})

describe('aggregates of the application', () => {
  it('get the list of the values', async () => {
    expect(await q(`[:find (spread ?s) . ${seconds}]`)).toBe(115)
    expect(
      await q(
        '[:find ?y (spread ?s) :where [?r :release/year ?y] [?r :release/media ?m] [?m :medium/tracks ?t] [?t :track/seconds ?s]]',
      ),
    ).toEqual([[1971, 115]])
  })
  it('after what stands before the variable: constants and inputs', async () => {
    expect(await q(`[:find (my.app/nth-longest 2 ?s) . ${seconds}]`)).toBe(245)
    expect(await q('[:find (my.app/nth-longest ?n ?s) . :in $ ?n :where [_ :track/seconds ?s]]', 3)).toBe(182)
    expect(await q({ find: [['tagged', 'long', '?s'], '.'], where: [['_', 'track/seconds', '?s']] })).toBe('long:4')
    expect(
      await q({ find: [['tagged', '?t', '?s'], '.'], in: ['$', '?t'], where: [['_', 'track/seconds', '?s']] }, '?s'),
    ).toBe('?s:4')
    expect(await q(`[:find (my.app/nth-longest 9 ?s) . ${seconds}]`)).toBeNull()
  })
  it('give nothing where they return null, which comes first in order', async () => {
    const byArtist = '?a (my.app/nth-longest 2 ?n) :where [?r :release/artists ?a] [?r :release/year ?n]'
    const found = await q<[number, number | null][]>(`[:find ${byArtist} :order-by [(my.app/nth-longest 2 ?n) :desc]]`)
    expect(found.map(([, year]) => year)).toEqual([1971, null, null])
  })
  it('are refused by name, and by what they throw', async () => {
    expect(await refusal(q(`[:find (spred ?s) . ${seconds}]`))).toMatchObject({
      code: 'query/unknown-function',
      message: expect.stringContaining('spread'),
    })
    expect(await refusal(q(`[:find (my.app/nth-longest ?t ?s) . :where [?t :track/seconds ?s]]`))).toMatchObject({
      code: 'query/malformed',
    })
  })
})

it('what is wrong with an aggregate is said before the query runs', async () => {
  const runaway = ':in $ [?a ...] [?b ...] :where [(< ?a ?b)]'
  const many = Array.from({ length: 3000 }, (_, i) => i)
  for (const [aggregate, code] of [
    ['(count 2 ?a)', 'query/wrong-arity'],
    ['(sample ?a)', 'query/wrong-arity'],
    ['(max 1 2 ?a)', 'query/wrong-arity'],
    ['(total ?a)', 'query/unknown-function'],
    ['(max "2" ?a)', 'query/malformed'],
    ['(max ?b ?a)', 'query/malformed'],
  ]) {
    // It would stop at the limit of rows otherwise.
    expect((await refusal(q(`[:find ${aggregate} ${runaway}]`, many, many))).code, aggregate).toBe(code)
  }
})
