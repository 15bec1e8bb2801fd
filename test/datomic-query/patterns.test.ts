import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: data patterns, blanks, implicit sources, unification. */

let world: Awaited<ReturnType<typeof music>>
let q: ReturnType<typeof asking>
beforeAll(async () => {
  world = await music()
  q = asking(world.conn)
})

describe('places', () => {
  it('one to five', async () => {
    const { ids } = world
    expect(await q('[:find [?e ...] :in $ [?e ...] :where [?e]]', [ids.ram, 999_999])).toEqual([ids.ram])
    expect(await q('[:find (count ?e) . :where [?e :release/price]]')).toBe(2)
    expect(await q('[:find ?p . :where [?e :release/name "Blue"] [?e :release/price ?p]]')).toBe('12')
    const [tx] = await q<number[]>('[:find [?tx ...] :where [_ :release/price _ ?tx]]')
    expect(await q('[:find [?at ...] :in $ ?tx :where [?tx :db/txInstant ?at]]', tx)).toEqual([expect.any(Date)])
    expect(await q('[:find [?op ...] :where [_ :release/price _ _ ?op]]')).toEqual([true])
  })
  it('constants in each of them', async () => {
    const { ids } = world
    const [tx] = await q<number[]>('[:find [?tx ...] :where [_ :release/price _ ?tx]]')
    expect(await q(`[:find ?n . :where [${ids.ram} :release/name ?n]]`)).toBe('Ram')
    expect(await q('[:find ?n . :where [[:artist/name "Joni"] :artist/name ?n]]')).toBe('Joni')
    expect(await q('[:find [?a ...] :where [?a :artist/country :country/GB]]')).toEqual([ids.paul])
    expect(await q(`[:find [?r ...] :where [?r :release/artists [:artist/name "Joni"]]]`)).toEqual([ids.blue])
    expect(await q<number[]>(`[:find [?r ...] :where [?r :release/year _ ${tx}]]`)).toHaveLength(3)
    expect(await q('[:find [?r ...] :where [?r :release/year _ _ false]]')).toEqual([])
  })
  it('with blanks, which are not one another', async () => {
    expect(await q('[:find [?x ...] :where [?x :release/artists _]]')).toHaveLength(3)
    expect(await q('[:find [?n ...] :where [_ :artist/name ?n] [_ :release/year 1973]]')).toHaveLength(3)
  })
  it('a variable for the attribute is the attribute’s entity', async () => {
    expect(await q('[:find [?ident ...] :where [[:artist/name "Joni"] ?a] [?a :db/ident ?ident]]')).toEqual([
      ':artist/aliases',
      ':artist/country',
      ':artist/name',
    ])
  })
  it('a variable for the attribute takes its name from constants too', async () => {
    const ram = '[?e :release/name "Ram"]'
    expect(await q(`[:find ?v . :where [(ground :release/year) ?a] ${ram} [?e ?a ?v]]`)).toBe(1971)
    expect(await q(`[:find [?v ...] :where ${ram} [?e ?a ?v] [(= ?a :release/name)]]`)).toEqual(['Ram'])
    const either = {
      find: [['?v', '...']],
      where: [
        ['?e', 'release/name', 'Ram'],
        [
          ['ground', ['release/year', 'release/name']],
          ['?a', '...'],
        ],
        ['?e', '?a', '?v'],
      ],
    }
    expect(await q(either)).toEqual(['Ram', 1971])
    expect(await q(`[:find [?v ...] :where ${ram} [?e ?a ?v] [(= ?a :release/nowhere)]]`)).toEqual([])
  })
  it('over the past tell what was asserted and retracted', async () => {
    const { conn, ids } = world
    const { dbAfter } = await conn.db().with([[':db/add', ids.wild, 'release/year', 1974]])
    const said = await dbAfter.history().q<unknown[][]>(`[:find ?y ?op :where [${ids.wild} :release/year ?y _ ?op]]`)
    expect(said.map(String).sort()).toEqual(['1973,false', '1973,true', '1974,true'])
  })
})

describe('unification', () => {
  it('one variable is one value wherever it stands', async () => {
    expect(
      await q(
        '[:find ?n :where [?r :release/year ?y] [?r :release/name ?n] [?other :release/year ?y] [?other :release/name "Ram"]]',
      ),
    ).toEqual([['Blue'], ['Ram']])
    expect(await q('[:find ?x :where [?x :track/influencedBy ?x]]')).toEqual([])
    expect(
      await q('[:find ?y . :in $ ?y :where [?r :release/year ?y] [?r :release/name "Wild"]]', 1971),
    ).toBeUndefined()
  })
  it('numbers by their value, and only numbers', async () => {
    expect(await q('[:find ?p . :in $ ?p :where [?r :release/price ?p]]', 12)).toBe(12)
    expect(await q('[:find ?n :in $ ?n :where [?r :release/year ?n]]', '1971').catch((e) => e.code)).toBe(
      'query/wrong-input',
    )
    expect(await q('[:find ?a :where [_ :release/year ?a] [_ :release/name ?a]]')).toEqual([])
  })
})

describe('a mistake', () => {
  it.each([
    ['[:find ?e :where [?e :relase/name ?n]]', 'query/unknown-attribute', ':release/name'],
    ['[:find ?e :where [?e :release/year "1971"]]', 'value/wrong-type', ':release/year'],
    ['[:find ?e :where [?e :artist/country :country/FR]]', 'ident/unknown', ':country/FR'],
    ['[:find ?e :where [[:release/year 1971] :release/name ?e]]', 'query/wrong-input', ':release/year'],
    ['[:find ?e ?x :where [?e :release/name]]', 'query/unbound-variable', '?x'],
    ['[:find ?e :where [?e :release/name "a" ?tx true 5]]', 'query/malformed', '5 places'],
    ['[:find ?e :where []]', 'query/malformed', ''],
    ['[:find ?e]', 'query/unbound-variable', '?e'],
    ['[:where [?e :release/name]]', 'query/malformed', ':find'],
    ['[:find ?e :wher [?e :release/name]]', 'query/malformed', ':wher'],
  ])('%s', async (query, code, words) => {
    const error = await refusal(q(query))
    expect(error).toMatchObject({ code })
    expect(error.message).toContain(words)
  })
})
