import { beforeAll, describe, expect, it, vi } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import type { Db } from '../src/db/db.ts'
import { LiveReads } from '../src/engine/live-reads.ts'
import { explain } from '../src/query/explain.ts'
import type { QueryOptions } from '../src/query/limits.ts'
import { query } from '../src/query/query.ts'
import { plainEnv } from './query/env.ts'
import { people } from './query/people.ts'

const env = plainEnv()
let db: Db

beforeAll(async () => {
  db = await people([
    [
      { e: 2001, name: 'name', v: 'Ivan', retract: false },
      { e: 2002, name: 'name', v: 'Petr', retract: false },
      { e: 2001, name: 'age', v: 1, retract: false },
      { e: 2001, name: 'friend', v: 2002, retract: false },
      { e: 2002, name: 'friend', v: 2001, retract: false },
    ],
  ])
})

async function refusal(q: unknown, inputs: unknown[] = [], options?: QueryOptions) {
  try {
    await query(db, q, inputs, env, options)
  } catch (e) {
    if (isAnnalsError(e)) return e
    throw e
  }
  throw new Error('it was answered')
}

describe('a query that cannot be run says so before it runs', () => {
  it.each<[string, string, string, object?]>([
    [
      '[:find ?e :where [?e :nam "x"]]',
      'query/unknown-attribute',
      'did you mean :name?',
      { attribute: ':nam', nearest: ':name' },
    ],
    ['[:find ?e :where [?e "frend" ?x]]', 'query/unknown-attribute', 'did you mean :friend?'],
    ['[:find ?e :where [?e :totally/different ?x]]', 'query/unknown-attribute', 'no attribute has a name like it'],
    ['[:find ?e :where [?e :name] [(missing? $ ?e :agee)]]', 'query/unknown-attribute', 'did you mean :age?'],
    ['[:find ?e :where [?e :friend :nobody]]', 'ident/unknown', ':nobody'],
    [
      '[:find ?m :where [_ :age 999] [(q [:find (max ?n) . :where [_ :agee ?n]] $) ?m]]',
      'query/unknown-attribute',
      'did you mean :age?',
      { clause: '[_ :agee ?n]' },
    ],
    [
      '[:find ?m :where [_ :age 999] [(q [:find ?n . :in $ $b :where [$c ?n]] $ $) ?m]]',
      'query/unknown-source',
      'did you mean $?',
    ],
    [
      '[:find ?m :where [_ :age 999] [(q [:find ?x . :where [(q [:find ?n . :where [(wat 1) ?n]] $) ?x]] $) ?m]]',
      'query/unknown-function',
      'wat',
    ],
    ['[:find ?e :where [:nobody :friend ?e]]', 'ident/unknown', ':nobody'],
    ['[:find ?e :where [?e :age "old"]]', 'value/wrong-type', ':age wants an integer'],
    ['[:find ?e :where [?e :age 1.5]]', 'value/wrong-type', ':age wants an integer'],
    ['[:find ?e :where [?e :tag "red"]]', 'value/wrong-type', ':tag wants a keyword'],
    ['[:find ?x :where [?e :name]]', 'query/unbound-variable', '[:find ?x] needs ?x', { variable: '?x' }],
    ['[:find ?e :with ?x :where [?e :name]]', 'query/unbound-variable', '?x'],
    [
      '[:find ?e :where [?e :name] [(< ?n 5)]]',
      'query/unbound-variable',
      '[(< ?n 5)] needs ?n',
      { variable: '?n', clause: '[(< ?n 5)]' },
    ],
    ['[:find ?e :where [?e :name] (not-join [?x] [?x :age])]', 'query/unbound-variable', '?x'],
    ['[:find ?e :where [?e :name] (not [(< ?n 5)])]', 'query/unbound-variable', '?n'],
    ['[:find ?n :where (not [?e :age ?n])]', 'query/unbound-variable', '?n'],
    ['[:find ?x :where [(inc ?y) ?x] [(inc ?x) ?y]]', 'query/unbound-variable', 'nothing gives a value before'],
    ['[:find ?e :where [?e :name ?n] (or [?e :age ?x] [?e :name ?n])]', 'query/malformed', '?x in every branch'],
    ['[:find ?e :where [?e :name] [(lower ?e)]]', 'query/unknown-function', 'lower'],
    ['[:find (total ?e) :where [?e :name]]', 'query/unknown-function', 'total'],
    ['[:find ?e :where (friends ?e)]', 'query/unknown-rule', 'friends'],
    ['[:find ?e :where [$2 ?e :name]]', 'query/unknown-source', '$2'],
    ['[:find ?e :in :where [?e :name]]', 'query/unknown-source', '$'],
    ['[:find (pull $2 ?e [*]) :where [?e :name]]', 'query/unknown-source', '$2'],
    ['[:find ?x :where [(subs "a") ?x]]', 'query/wrong-arity', 'subs takes 2 to 3 arguments'],
    ['[:find ?x :where [(inc 1 2) ?x]]', 'query/wrong-arity', 'inc takes 1 arguments'],
    [
      '[:find ?x :where [?e :name] [(get-else $ ?e :age) ?x]]',
      'query/wrong-arity',
      'get-else takes $ ?e attribute default',
    ],
    ['[:find (count 2 ?e) :where [?e :name]]', 'query/wrong-arity', 'count takes a variable'],
    ['[:find (sample ?e) :where [?e :name]]', 'query/wrong-arity', 'sample takes a number and a variable'],
    ['[:find (max 1.5 ?e) :where [?e :name]]', 'query/bad-argument', 'a whole number'],
    ['[:find ?e :where [?e :name "x" ?tx ?op ?more]]', 'query/malformed', 'at most 5 places'],
    ['[:find ?e :where [?e :name "x" ?tx 5]]', 'query/malformed', 'true (asserted) or false (retracted)'],
    ['[:find ?x :where [?e :name] [(get-else $ ?e :friend 1) ?x]]', 'query/malformed', 'may have many'],
    ['[:find ?x :where [?e :name] [(get-else $ ?e ?a 1) ?x]]', 'query/malformed', 'an attribute by name'],
    ['[:find ?x :where [(str _) ?x]]', 'query/malformed', 'an argument must have a value'],
    ['[:find ?x :where [(str nil) ?x]]', 'query/malformed', 'nil is no value'],
    [
      '[:find ?x :where [?e :name] [(q [:find (pull ?e [*]) :where [?e :name]] $) [[?x]]]]',
      'query/malformed',
      'without pull',
    ],
    ['[:find ?e :where [?e :name] :limit ?n]', 'query/malformed', 'a variable of :in'],
  ])('%s', async (q, code, words, data = {}) => {
    const error = await refusal(q)
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
    expect(error.data).toMatchObject(data)
  })

  it.each<[string, string, string]>([
    ['[[(r ?a ?b) [?a :friend ?b]]]', 'query/wrong-arity', 'the rule r takes 2 arguments'],
    ['[[(r ?a) [?a :name] (not (r ?a))]]', 'query/malformed', 'no recursion through not'],
    ['[[(r ?a) [?a :name] (not (s ?a))] [(s ?a) (r ?a)]]', 'query/malformed', 'no recursion through not'],
    ['[[(r ?a) [?a :name] [(< ?n 5)]]]', 'query/unbound-variable', '?n'],
    ['[[(r ?a) [?a :nam]]]', 'query/unknown-attribute', ':name'],
    ['[[(r ?a) (t ?a)]]', 'query/unknown-rule', 't'],
  ])('rules %s', async (rules, code, words) => {
    const error = await refusal('[:find ?e :in $ % :where (r ?e)]', [rules])
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
  })

  it('refuses a chain of rules that is too long for the stack, and runs a long one', async () => {
    const chain = (n: number): string =>
      `[${Array.from({ length: n }, (_, i) => `[(r${i} ?a) (r${i + 1} ?a)]`).join('')} [(r${n} ?a) [?a :name "Ivan"]]]`
    expect(await query(db, '[:find ?e :in $ % :where (r0 ?e)]', [chain(190)], env)).toEqual([[2001]])
    expect((await refusal('[:find ?e :in $ % :where (r0 ?e)]', [chain(5000)])).code).toBe('query/malformed')
  })

  it('names the rule that lacks a value', async () => {
    const error = await refusal('[:find ?e :in $ % :where (r ?e)]', ['[[(r ?a) [(< ?a 5)]]]'])
    expect(error).toMatchObject({ code: 'query/unbound-variable', data: { variable: '?e', clause: '(r ?e)' } })
  })
})

describe('a query that would run away', () => {
  const cross = '[:find (count ?a) :in [?a ...] [?b ...] [?c ...] :where [(< ?a ?b ?c)]]'
  const numbers = Array.from({ length: 1000 }, (_, i) => i)

  it('stops at a number of rows, naming the clause', async () => {
    const error = await refusal(cross, [numbers, numbers, numbers], { maxRows: 10_000 })
    expect(error).toMatchObject({ code: 'query/too-many-rows', data: { clause: '[(< ?a ?b ?c)]', maxRows: 10_000 } })
    expect((await refusal(cross, [numbers, numbers, numbers])).code).toBe('query/too-many-rows')
    expect((await refusal('[:find ?a ?b :in [?a ...] [?b ...]]', [numbers, numbers], { maxRows: 999_999 })).code).toBe(
      'query/too-many-rows',
    )
  })
  it('stops at an amount of text that functions make, naming the clause', async () => {
    const page = 'x'.repeat(2 ** 20)
    const pages = '[:find (count ?t) . :in ?page ?n :where [(range ?n) [?i ...]] [(vector ?i ?page) [_ ?t]]]'
    expect(await query(db, pages, [page, 200], env)).toBe(1)
    const error = await refusal(pages, [page, 300])
    expect(error).toMatchObject({ code: 'query/too-much-text', data: { clause: '[(vector ?i ?page) [_ ?t]]' } })
  })
  it('stops after a time', async () => {
    const count = '[[(n ?n) [(ground 0) ?n]] [(n ?n) (n ?m) [(inc ?m) ?n]]]'
    const error = await refusal('[:find (count ?n) :in $ % :where (n ?n)]', [count], { timeout: 30 })
    expect(error.code).toBe('query/timeout')
  })
  it('stops after a minute where no time is given', async () => {
    let minutes = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => 60_000 * minutes++)
    try {
      const count = '[[(n ?n) [(ground 0) ?n]] [(n ?n) (n ?m) [(inc ?m) ?n]]]'
      const error = await refusal('[:find (count ?n) :in $ % :where (n ?n)]', [count])
      expect(error).toMatchObject({ code: 'query/timeout', data: { timeout: 60_000, clause: '(n ?n)' } })
    } finally {
      clock.mockRestore()
    }
  })
  it('stops when it is aborted, before or while it runs', async () => {
    const reason = new Error('enough')
    const aborted = new AbortController()
    aborted.abort(reason)
    const error = await refusal('[:find ?e :where [?e :name]]', [], { signal: aborted.signal })
    expect(error).toMatchObject({ code: 'query/aborted', cause: reason })
    const running = new AbortController()
    setTimeout(() => running.abort(), 20)
    const count = '[[(n ?n) [(ground 0) ?n]] [(n ?n) (n ?m) [(inc ?m) ?n]]]'
    expect((await refusal('[:find (count ?n) :in $ % :where (n ?n)]', [count], { signal: running.signal })).code).toBe(
      'query/aborted',
    )
  })
  it('refuses limits that are none', () => {
    for (const options of [
      { timeout: Number.NaN },
      { timeout: null },
      { maxRows: -1 },
      { maxRows: '5' },
      { signal: {} },
    ]) {
      const asked = () => query(db, '[:find ?e :where [?e :name]]', [], env, options as never)
      expect(asked).toThrow(expect.objectContaining({ code: 'db/bad-option' }))
    }
  })
})

describe('a query', () => {
  it('is answered at once when everything is in memory', () => {
    expect(query(db, '[:find ?e . :where [?e :name "Ivan"]]', [], env)).toBe(2001)
  })
  it('that was changed after it was asked is another query', () => {
    const q = { find: ['?e'], where: [['?e', 'name', 'Ivan']] }
    expect(query(db, q, [], env)).toEqual([[2001]])
    q.where[0] = ['?e', 'name', 'Petr']
    expect(query(db, q, [], env)).toEqual([[2002]])
    const rules = [
      [
        ['r', '?a'],
        ['?a', 'name', 'Ivan'],
      ],
    ]
    const ask = { find: ['?e'], in: ['$', '%'], where: [['r', '?e']] }
    expect(query(db, ask, [rules], env)).toEqual([[2001]])
    rules[0] = [
      ['r', '?a'],
      ['?a', 'name', 'Petr'],
    ]
    expect(query(db, ask, [rules], env)).toEqual([[2002]])
  })
  it('explains how it was run', async () => {
    const explained = await explain(
      db,
      '[:find ?b :where [?a :friend ?b] [?a :name "Ivan"] (not [?b :age _])]',
      [],
      env,
    )
    expect(explained.rows).toBe(1)
    expect(explained.steps.map((s) => s.clause)).toEqual(['[?a :name "Ivan"]', '[?a :friend ?b]', '(not [?b :age _])'])
    expect(explained.steps[0]).toMatchObject({ kind: 'pattern', rows: 1, steps: [] })
    const nested = await explain(db, '[:find ?b :in $ % :where (r ?b)]', ['[[(r ?b) [_ :friend ?b]]]'], env)
    expect(nested.steps[0]).toMatchObject({ kind: 'rule', rows: 2, steps: [{ clause: '[_ :friend ?b]' }] })
  })
})

describe('the attributes that can change an answer', () => {
  const touched = async (q: unknown, ...inputs: unknown[]): Promise<string[]> => {
    const reads = new LiveReads()
    await query({ ...db, reads }, q, inputs, env)
    const met = Array.from(db.schema.attributes.keys()).filter((id) => reads.meets({ attributes: new Set([id]) }))
    return met.map((id) => db.schema.identOf.get(id) as string).sort()
  }
  it.each<[string, unknown[], string[]]>([
    [
      '[:find ?e :where [?e :name ?n] (not [?e :age 5]) (or [?e :name "Ivan"] [?e :boss])]',
      [],
      [':age', ':boss', ':name'],
    ],
    [
      '[:find ?e :where [?e :name] [(get-else $ ?e :age 0) ?a] [(missing? $ ?e :boss)]]',
      [],
      [':age', ':boss', ':name'],
    ],
    ['[:find ?e :where [?e :boss [:email "a@x"]]]', [], [':boss', ':email']],
    ['[:find ?e :in $ ?x :where [?e :boss ?x]]', [['email', 'a@x']], [':boss', ':email']],
    ['[:find ?e :in $ % :where (r ?e)]', ['[[(r ?e) [?e :nick "x"]]]'], [':nick']],
    ['[:find (pull ?e [:age :tag]) :where [?e :name]]', [], [':age', ':name', ':tag']],
    ['[:find (pull ?e ?p) :in $ ?p :where [?e :name]]', [['nick']], [':name', ':nick']],
    ['[:find (pull ?e [:age :tag]) :where [?e :nick "nobody"]]', [], [':nick']],
    [
      '[:find (pull ?e [{:friend [:age]} {:_boss [:nick]}]) :where [?e :name]]',
      [],
      [':age', ':boss', ':friend', ':name', ':nick'],
    ],
    ['[:find ?x :where [(q [:find (max ?n) . :where [_ :age ?n]] $) ?x]]', [], [':age']],
  ])('%s', async (q, inputs, wanted) => {
    expect(await touched(q, ...inputs)).toEqual(wanted)
  })
  it.each(['[:find ?e :where [?e ?a]]', '[:find ?e :where [?e]]', '[:find (pull ?e [*]) :where [?e :name]]'])(
    'are all: %s',
    async (q) => {
      expect(await touched(q)).toHaveLength(db.schema.attributes.size)
    },
  )
})
