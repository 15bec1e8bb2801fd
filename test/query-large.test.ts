import { beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../src/db/db.ts'
import { explain } from '../src/query/explain.ts'
import { query } from '../src/query/query.ts'
import { asOf, type Fact, history, say, world } from './pull/world.ts'
import { plainEnv } from './query/env.ts'

/*
 * Data of many leaves, in which runs of one entity lie across their borders, so that every way to join meets every border.
 */
const N = 1500
const FIRST = 10_000
const env = plainEnv()

let state = 7
const random = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * n)
}

type Pair = readonly [number, number]
const num: Pair[] = []
const tag: Pair[] = []
const friend: Pair[] = []
let before: Db
let db: Db

beforeAll(async () => {
  for (let i = 0; i < N; i++) {
    const e = FIRST + i * (i % 3 === 0 ? 1 : 2) // with gaps, and some entities meeting others
    if (i % 5 !== 0 && !num.some(([x]) => x === e)) num.push([e, random(50)])
    const tags = new Set(Array.from({ length: random(6) }, () => random(40)))
    for (const t of tags) if (!tag.some(([x, y]) => x === e && y === t)) tag.push([e, t])
    for (let k = random(5); k > 0; k--) {
      const to = FIRST + random(2 * N)
      if (!friend.some(([x, y]) => x === e && y === to)) friend.push([e, to])
    }
  }
  const facts = (name: string, pairs: readonly Pair[]): Fact[] => pairs.map(([e, v]) => [e, name, v])
  before = await world(
    { num: { type: 'long' }, tag: { type: 'long', many: true }, friend: { type: 'ref', many: true } },
    [...facts('num', num), ...facts('tag', tag), ...facts('friend', friend)],
  )
  const gone = tag.filter((_, i) => i % 7 === 0)
  db = await say(
    before,
    gone.map(([e, v]): Fact => [e, 'tag', v, false]),
  )
})

const remaining = (): Pair[] => tag.filter((_, i) => i % 7 !== 0)
const canonical = (rows: Iterable<readonly unknown[]>): string[] =>
  Array.from(new Set(Array.from(rows, (row) => row.join()))).sort()
const answer = async (q: string, of: Db = db, ...inputs: unknown[]): Promise<string[]> =>
  canonical((await query(of, q, inputs, env)) as unknown[][])

function* joined(
  left: readonly Pair[],
  right: readonly Pair[],
  on: (l: Pair, r: Pair) => boolean,
): Generator<[Pair, Pair]> {
  for (const l of left) for (const r of right) if (on(l, r)) yield [l, r]
}
const byEntity = (l: Pair, r: Pair): boolean => l[0] === r[0]

describe('joins over many leaves', () => {
  it('of one entity, whichever side is many', async () => {
    const wanted = canonical(Array.from(joined(num, remaining(), byEntity), ([l, r]) => [l[0], l[1], r[1]]))
    expect(await answer('[:find ?e ?n ?t :where [?e :num ?n] [?e :tag ?t]]')).toEqual(wanted)
    expect(await answer('[:find ?e ?n ?t :where [?e :tag ?t] [?e :num ?n]]')).toEqual(wanted)
  })
  it('of many with many', async () => {
    const wanted = canonical(Array.from(joined(remaining(), friend, byEntity), ([l, r]) => [l[1], r[1]]))
    expect(await answer('[:find ?t ?f :where [?e :tag ?t] [?e :friend ?f]]')).toEqual(wanted)
  })
  it('from value to entity and back', async () => {
    const wanted = canonical(
      Array.from(
        joined(friend, remaining(), (l, r) => l[1] === r[0]),
        ([l, r]) => [l[0], r[1]],
      ),
    )
    expect(await answer('[:find ?e ?t :where [?e :friend ?f] [?f :tag ?t]]')).toEqual(wanted)
    expect(await answer('[:find ?e ?t :where [?f :tag ?t] [?e :friend ?f]]')).toEqual(wanted)
  })
  it('of equal values', async () => {
    const wanted = canonical(
      Array.from(
        joined(num, remaining(), (l, r) => l[1] === r[1]),
        ([l, r]) => [l[0], r[0]],
      ),
    )
    expect(await answer('[:find ?a ?b :where [?a :num ?x] [?b :tag ?x]]')).toEqual(wanted)
  })
  it('in a circle', async () => {
    const back = new Set(friend.map(([e, f]) => `${f} ${e}`))
    const wanted = canonical(friend.filter(([e, f]) => back.has(`${e} ${f}`)))
    expect(await answer('[:find ?e ?f :where [?e :friend ?f] [?f :friend ?e]]')).toEqual(wanted)
  })
  it('with absence', async () => {
    const tagged = new Set(remaining().map(([e]) => e))
    expect(await answer('[:find ?e :where [?e :num _] (not [?e :tag _])]')).toEqual(
      canonical(num.filter(([e]) => !tagged.has(e)).map(([e]) => [e])),
    )
    const low = new Set(
      remaining()
        .filter(([, t]) => t < 20)
        .map(([e]) => e),
    )
    expect(await answer('[:find ?e :where [?e :num _] (not [?e :tag ?t] [(< ?t 20)])]')).toEqual(
      canonical(num.filter(([e]) => !low.has(e)).map(([e]) => [e])),
    )
  })
  it('in time views', async () => {
    const q = '[:find ?e ?n ?t :where [?e :num ?n] [?e :tag ?t]]'
    expect(await answer(q, asOf(db, before.basisT))).toEqual(await answer(q, before))
    const ops = (await query(
      history(db),
      '[:find ?e ?t ?op :where [?e :num 3] [?e :tag ?t _ ?op]]',
      [],
      env,
    )) as unknown[][]
    const three = new Set(num.filter(([, n]) => n === 3).map(([e]) => e))
    const said = tag.filter(([e]) => three.has(e)).map((p) => [...p, true])
    const ended = tag.filter(([e], i) => three.has(e) && i % 7 === 0).map((p) => [...p, false])
    expect(canonical(ops)).toEqual(canonical([...said, ...ended]))
  })
  it('of inputs in any order', async () => {
    const some = num.filter((_, i) => i % 3 === 0).map(([e]) => e)
    const wanted = canonical(remaining().filter(([e]) => some.includes(e)))
    expect(await answer('[:find ?e ?t :in $ [?e ...] :where [?e :tag ?t]]', db, some)).toEqual(wanted)
    expect(await answer('[:find ?e ?t :in $ [?e ...] :where [?e :tag ?t]]', db, [...some].reverse())).toEqual(wanted)
  })
  it('by rules', async () => {
    const rules = '[[(near ?a ?b) [?a :friend ?b]] [(near ?a ?b) [?a :friend ?t] (near ?t ?b)]]'
    const next = new Map<number, number[]>()
    for (const [e, f] of friend) next.set(e, [...(next.get(e) ?? []), f])
    const start = friend[0]?.[0] as number
    const reached = new Set<number>()
    for (const open = [start]; open.length > 0; ) {
      for (const f of next.get(open.pop() as number) ?? []) {
        if (reached.has(f)) continue
        reached.add(f)
        open.push(f)
      }
    }
    expect(await answer('[:find ?b :in $ % ?a :where (near ?a ?b)]', db, rules, start)).toEqual(
      canonical(Array.from(reached, (e) => [e])),
    )
  })
})

describe('the plan', () => {
  it('does not depend on the order in which clauses are written', async () => {
    const clauses = [
      '[?e :num 3]',
      '[?e :tag ?t]',
      '[?e :friend ?f]',
      '[?f :num ?n]',
      '[(< ?n 9)]',
      '(not [?f :tag 5])',
    ]
    const order = async (of: readonly string[]): Promise<string[]> =>
      (await explain(db, `[:find ?e ?t ?f :where ${of.join(' ')}]`, [], env)).steps.map((s) => s.clause)
    const written = await order(clauses)
    expect(written[0]).toBe('[?e :num 3]')
    for (let i = 1; i < clauses.length; i++) {
      const turned = [...clauses.slice(i), ...clauses.slice(0, i)]
      expect(new Set(await order(turned))).toEqual(new Set(written))
      expect((await order(turned))[0]).toBe('[?e :num 3]')
    }
  })
})
