import { beforeAll, describe, expect, it } from 'vitest'
import { asking, music, refusal } from './music.ts'

/* docs.datomic.com, query reference: rules, and what stops a query that would not stop by itself. */

let world: Awaited<ReturnType<typeof music>>
let q: ReturnType<typeof asking>
beforeAll(async () => {
  world = await music()
  q = asking(world.conn)
})

const RULES = `[
  [(track-info ?artist ?name ?seconds)
   [?a :artist/name ?artist] [?r :release/artists ?a] [?r :release/media ?m] [?m :medium/tracks ?t]
   [?t :track/name ?name] [?t :track/seconds ?seconds]]
  [(known-as ?a ?n) [?a :artist/name ?n]]
  [(known-as ?a ?n) [?a :artist/aliases ?n]]
  [(led-by ?x ?y) [?x :track/influencedBy ?y]]
  [(led-by ?x ?y) [?x :track/influencedBy ?t] (led-by ?t ?y)]
  [(longer [?least] ?t) [?t :track/seconds ?s] [(> ?s ?least)]]
]`

describe('rules', () => {
  it('name clauses', async () => {
    expect(await q('[:find ?n ?s :in $ % ?artist :where (track-info ?artist ?n ?s)]', RULES, 'Paul')).toEqual([
      ['Dear Boy', 135],
      ['Too Many', 250],
    ])
  })
  it('of several heads are alternatives', async () => {
    expect(await q('[:find [?n ...] :in $ % :where [?a :artist/country :country/CA] (known-as ?a ?n)]', RULES)).toEqual(
      ['JM', 'Joni', 'Roberta'],
    )
  })
  it('recurse, from either end, with constants and blanks', async () => {
    const { many, boy, carey, river } = world.tracks
    expect(await q('[:find [?y ...] :in $ % ?x :where (led-by ?x ?y)]', RULES, river)).toEqual(
      [many, boy, carey].sort(),
    )
    expect(await q('[:find [?x ...] :in $ % ?y :where (led-by ?x ?y)]', RULES, boy)).toEqual([carey, river].sort())
    expect(await q(`[:find [?x ...] :in $ % :where (led-by ?x ${many})]`, RULES)).toHaveLength(3)
    expect(await q('[:find (count ?x) . :in $ % :where (led-by ?x _)]', RULES)).toBe(3)
  })
  it('may require bindings', async () => {
    expect(await q('[:find [?n ...] :in $ % :where (longer 200 ?t) [?t :track/name ?n]]', RULES)).toEqual([
      'River',
      'Too Many',
    ])
    expect(await refusal(q('[:find ?t :in $ % :where (longer ?least ?t)]', RULES))).toMatchObject({
      code: 'query/unbound-variable',
      data: { variable: '?least' },
    })
  })
  it('over a source of their own', async () => {
    const { dbAfter } = await world.conn.db().with([{ 'artist/name': 'Nick' }])
    expect(
      await q('[:find [?n ...] :in $ $after % :where ($after known-as ?a ?n) (not (known-as ?a ?n))]', dbAfter, RULES),
    ).toEqual(['Nick'])
  })
  it('in not, or, and in each other', async () => {
    expect(await q('[:find [?n ...] :in $ % :where [?t :track/name ?n] (not (led-by ?t _))]', RULES)).toEqual([
      'Too Many',
    ])
    expect(
      await q('[:find [?n ...] :in $ % :where [?t :track/name ?n] (or (longer 245 ?t) (led-by _ ?t))]', RULES),
    ).toEqual(['Carey', 'Dear Boy', 'Too Many'])
  })
  it('are text or data, and their text is data', async () => {
    const rules = [
      [
        ['named', '?n', '?t'],
        ['?t', 'track/name', '?n'],
      ],
    ]
    expect(
      await q({ find: [['?t', '...']], in: ['$', '%', '?n'], where: [['named', '?n', '?t']] }, rules, 'River'),
    ).toEqual([world.tracks.river])
    expect(
      await q({ find: [['?t', '...']], in: ['$', '%', '?n'], where: [['named', '?n', '?t']] }, rules, '?t'),
    ).toEqual([])
  })
  it('have their heads in lists or in vectors', async () => {
    const rules = '[[[longer [?least] ?t] [?t :track/seconds ?s] [(> ?s ?least)]]]'
    const found = '[:find [?n ...] :in $ % :where [?t :track/name ?n] (longer 200 ?t)]'
    expect(await q(found, rules)).toEqual(['River', 'Too Many'])
    expect((await refusal(q(found, '[[[?longer ?t] [?t :track/seconds]]]'))).code).toBe('query/malformed')
  })
  it.each([
    ['(led-bye ?x ?y)', 'query/unknown-rule', 'led-by'],
    ['(led-by ?x)', 'query/wrong-arity', 'led-by'],
    ['($2 led-by ?x ?y)', 'query/unknown-source', '$2'],
  ])('refuse %s', async (call, code, words) => {
    const error = await refusal(q(`[:find ?x :in $ % :where ${call} [?x :track/name ?y]]`, RULES))
    expect(error).toMatchObject({ code })
    expect(error.message).toContain(words)
  })
})

describe('what would run away', () => {
  const numbers = Array.from({ length: 2000 }, (_, i) => i)
  const ask = (query: string, inputs: unknown[], options: object) => world.conn.db().q(query, inputs, options)

  it('stops at maxRows, naming the clause', async () => {
    expect(
      await refusal(ask('[:find ?r ?t :where [?r :release/name] [?t :track/name]]', [], { maxRows: 5 })),
    ).toMatchObject({
      code: 'query/too-many-rows',
      data: { clause: expect.stringContaining(':track/name'), maxRows: 5 },
    })
    const nat = '[[(nat ?n) [(ground 0) ?n]] [(nat ?n) (nat ?m) [(inc ?m) ?n]]]'
    expect(await refusal(ask('[:find ?n :in $ % :where (nat ?n)]', [nat], { maxRows: 100 }))).toMatchObject({
      code: 'query/too-many-rows',
      data: { clause: '(nat ?n)' },
    })
  })
  it('stops without being told, before memory ends', async () => {
    expect(
      (await refusal(ask('[:find ?a ?b ?c :in [?a ...] [?b ...] [?c ...]]', [numbers, numbers, numbers], {}))).code,
    ).toBe('query/too-many-rows')
  })
  it('stops after a timeout and at a signal', async () => {
    const nat = '[[(nat ?n) [(ground 0) ?n]] [(nat ?n) (nat ?m) [(inc ?m) ?n]]]'
    expect((await refusal(ask('[:find ?n :in $ % :where (nat ?n)]', [nat], { timeout: 5 }))).code).toBe('query/timeout')
    expect(
      (await refusal(ask('[:find ?n :in $ % :where (nat ?n)]', [nat], { signal: AbortSignal.abort() }))).code,
    ).toBe('query/aborted')
  })
})
