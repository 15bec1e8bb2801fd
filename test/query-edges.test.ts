import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExplainedStep } from '../src/api/explanation.ts'
import { explain } from '../src/query/explain.ts'
import { query } from '../src/query/query.ts'
import { type Fact, world } from './pull/world.ts'
import { plainEnv } from './query/env.ts'
import { runs } from './support/seeds.ts'

/*
 * Recursive rules of which an alternative goes one edge further are answered without a plan, where everything is asked for.
 */
const env = plainEnv()
const edge = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
const edges = fc.uniqueArray(edge, { maxLength: 24, selector: String })

/** `follows` between numbers, `called` between names: entity `100 + i` is called `n<i>` and may lead to other names. */
const factsOf = (pairs: readonly (readonly [number, number])[]): Fact[] =>
  pairs.flatMap(([x, y]): Fact[] => [
    [100 + x, 'follows', 100 + y],
    [100 + x, 'leads', `n${y}`],
  ])

const SCHEMA = { follows: { type: 'ref', many: true }, leads: { type: 'string', many: true } } as const

function closure(pairs: readonly (readonly [number, number])[]): Set<string> {
  const found = new Set(pairs.map(String))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [x, y] of pairs)
      for (const pair of [...found]) if (pair.startsWith(`${y},`)) found.add(`${x},${pair.slice(2)}`)
  }
  return found
}

/** What is linked with `n1` by what leads where. */
function linked(pairs: readonly (readonly [number, number])[]): Set<string> {
  const found = new Set(pairs.filter(([, y]) => y === 1).map(([x]) => String(100 + x)))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [x, y] of pairs) {
      if (found.has(String(100 + x))) found.add(`n${y}`)
      if (found.has(`n${y}`)) found.add(String(100 + x))
    }
  }
  return found
}

const BASE = '[(r ?x ?y) [?x :follows ?y]]'
const SHAPES: Record<string, string> = {
  'to the right': `[${BASE} [(r ?x ?y) [?x :follows ?z] (r ?z ?y)]]`,
  'to the left': `[${BASE} [(r ?x ?y) (r ?x ?z) [?z :follows ?y]]]`,
  'on both sides': `[${BASE} [(r ?x ?y) [?x :follows ?z] (r ?z ?y)] [(r ?x ?y) (r ?x ?z) [?z :follows ?y]]]`,
  'with other names': `[${BASE} [(r ?a ?b) (r ?c ?b) [?a :follows ?c]]]`,
  'by two calls': `[${BASE} [(r ?x ?y) (r ?x ?z) (r ?z ?y)]]`,
  'by two calls the other way round': `[[(r ?x ?y) (r ?z ?y) (r ?x ?z)] ${BASE} [(r ?a ?b) [?a :follows ?b] [?a :leads]]]`,
  'by a rule': `[${BASE} [(r ?x ?y) (one ?x ?z) (r ?z ?y)] [(one ?x ?y) [?x :follows ?y]]]`,
  'in turns': `[${BASE} [(r ?x ?y) [?x :follows ?z] (s ?z ?y)] [(s ?x ?y) (r ?x ?y)] [(s ?x ?y) [?x :follows ?z] (r ?z ?y)]]`,
  'to the right, and look where': `[${BASE} [(r ?x ?y) [?x :follows ?z] (r ?z ?y) [(> ?y 0)]]]`,
}

/** The ways in which values may be asked for, and what of all pairs they leave. */
const ASKED: Record<string, (x: number, y: number) => boolean> = {
  '[[?x ...] _]': (x) => x <= 3,
  '[_ [?y ...]]': (_, y) => y <= 3,
  '[[?x ...] [?y ...]]': (x, y) => x <= 3 && y <= 3,
  '[[?x ...] ?y]': (x, y) => x <= 3 && y === 1,
}
const GIVEN = [101, 102, 103]

const rowsMade = (steps: readonly ExplainedStep[]): number =>
  steps.reduce((sum, step) => sum + step.rows + rowsMade(step.steps), 0)

describe('rules that follow edges', () => {
  it.each(Object.entries(SHAPES))('%s find every way', async (_, rules) => {
    await fc.assert(
      fc.asyncProperty(edges, async (pairs) => {
        const db = await world(SCHEMA, factsOf(pairs))
        const q = '[:find ?x ?y :in $ % :where (r ?x ?y)]'
        const rows = (await query(db, q, [rules], env)) as [number, number][]
        expect(new Set(rows.map(([x, y]) => `${x - 100},${y - 100}`))).toEqual(closure(pairs))
        expect(rows).toHaveLength(closure(pairs).size)
        expect((await explain(db, q, [rules], env)).rows).toBe(rows.length) // which plans every round
      }),
      runs(60),
    )
  })

  it.each(Object.entries(SHAPES))('%s find the ways from some, to some and between some', async (_, rules) => {
    await fc.assert(
      fc.asyncProperty(edges, async (pairs) => {
        const db = await world(SCHEMA, factsOf(pairs))
        const all = [...closure(pairs)].map((pair) => pair.split(',').map(Number) as [number, number])
        for (const [binding, isLeft] of Object.entries(ASKED)) {
          const q = `[:find ?x ?y :in $ % ${binding} :where (r ?x ?y)]`
          const input = [GIVEN, binding.endsWith(' ?y]') ? 101 : GIVEN]
          const rows = (await query(db, q, [rules, input], env)) as [number, number][]
          const expected = all.filter(([x, y]) => isLeft(x, y)).map(([x, y]) => [100 + x, 100 + y])
          expect(rows.map(String).sort(), binding).toEqual(expected.map(String).sort())
          expect((await explain(db, q, [rules, input], env)).rows, binding).toBe(rows.length)
        }
      }),
      runs(30),
    )
  })

  it('ask each place on the way once, whoever asked', async () => {
    const length = 200
    const db = await world(SCHEMA, factsOf(Array.from({ length }, (_, i) => [i + 1, i + 2])))
    for (const rules of ['to the right', 'by two calls', 'in turns'].map((name) => SHAPES[name])) {
      const { steps } = await explain(db, '[:find ?y :in $ % ?x :where (r ?x ?y)]', [rules, 101], env)
      expect(rowsMade(steps), rules).toBeLessThan(10 * length)
    }
  })

  it('find where many lead to once for all, where that is but one place', async () => {
    const length = 1000
    const db = await world(SCHEMA, factsOf(Array.from({ length }, (_, i) => [i + 1, i + 2])))
    const rules = `[[(r ?x ?y) [?x :follows ?z] (r ?z ?y)] [(r ?x ?y) [(identity ?x) ?y] (not [?x :follows])]]`
    const q = '[:find ?x ?y :in $ % [?x ...] :where (r ?x ?y)]'
    const all = Array.from({ length }, (_, i) => 101 + i)
    expect(await query(db, q, [rules, all], env)).toEqual(all.map((x) => [x, 101 + length]))
    expect(rowsMade((await explain(db, q, [rules, all], env)).steps)).toBeLessThan((length * length) / 4)
  })

  it('work with values that the recursive call leaves over, and no others', async () => {
    const schema = {
      next: { type: 'ref' },
      start: { type: 'ref' },
      end: { type: 'ref' },
      den: { type: 'long' },
    } as const
    const edges = await world(schema, [
      [1, 'start', 2],
      [2, 'next', 3],
      [2, 'den', 2],
      [4, 'next', 5],
      [4, 'den', 0],
    ])
    const on = `[[(r ?x ?y) [?x :start ?y]]
      [(r ?x ?y) (r ?x ?z) [?z :next ?y] [?z :den ?d] [(/ 10 ?d) ?q]]]`
    expect(await query(edges, '[:find ?x ?y :in $ % :where (r ?x ?y)]', [on], env)).toEqual([
      [1, 2],
      [1, 3],
    ])
    const tail = await world(schema, [
      [1, 'next', 2],
      [1, 'den', 0],
    ])
    const back = `[[(r ?a ?b) [?a :end ?b]]
      [(r ?a ?b) [?a :next ?c] [?a :den ?d] [(/ 10 ?d) ?q] (r ?c ?b)]]`
    expect(await query(tail, '[:find ?b :in $ % ?a :where (r ?a ?b)]', [back, 1], env)).toEqual([])
  })

  it('swap their arguments, carry a third along, and meet values that are no ids', async () => {
    await fc.assert(
      fc.asyncProperty(edges, async (pairs) => {
        const db = await world(SCHEMA, factsOf(pairs))
        const count = async (rules: string, head: string): Promise<unknown[]> =>
          (await query(db, `[:find ${head.slice(3, -1)} :in $ % :where ${head}]`, [rules], env)) as unknown[]
        // backward: to go from y to x along what r says of x and y
        const back = await count('[[(r ?x ?y) [?y :follows ?x]] [(r ?x ?y) [?z :follows ?x] (r ?z ?y)]]', '(r ?x ?y)')
        expect(back).toHaveLength(closure(pairs).size)
        // the third argument stays what it was
        const three = await count(
          '[[(r ?x ?y ?s) [?x :follows ?y] [?x :leads ?s]] [(r ?x ?y ?s) (r ?x ?z ?s) [?z :follows ?y]]]',
          '(r ?x ?y ?s)',
        )
        const firsts = (x: number): number => pairs.filter(([from]) => from === x).length
        const wanted = [...closure(pairs)].reduce((sum, pair) => sum + firsts(Number(pair[0])), 0)
        expect(three).toHaveLength(wanted)
        // names, which are no ids, carried along
        const names = await count('[[(r ?x ?s) [?x :leads ?s]] [(r ?x ?s) [?x :follows ?y] (r ?y ?s)]]', '(r ?x ?s)')
        const wide = [...closure(pairs)].map((pair) => `${100 + Number(pair[0])},n${pair.slice(2)}`)
        expect(names.map(String).sort()).toEqual(wide.sort())
        // from ids to names and back
        const both = await count(
          '[[(m ?v) [?v :leads "n1"]] [(m ?s) (m ?v) [?v :leads ?s]] [(m ?v) (m ?s) [?v :leads ?s]]]',
          '(m ?v)',
        )
        expect(new Set(both.map(String))).toEqual(linked(pairs))
      }),
      runs(40),
    )
  })

  it('narrow to an input, and stop at limits', async () => {
    const db = await world(SCHEMA, factsOf(Array.from({ length: 9 }, (_, i) => [i + 1, i + 2])))
    const rules = SHAPES['to the right']
    const ids = async (q: string, input: number): Promise<Set<number>> =>
      new Set((await query(db, q, [rules, input], env)) as number[])
    expect(await ids('[:find [?y ...] :in $ % ?x :where (r ?x ?y)]', 108)).toEqual(new Set([109, 110]))
    expect(await ids('[:find [?x ...] :in $ % ?y :where (r ?x ?y)]', 103)).toEqual(new Set([101, 102]))
    const all = async () => query(db, '[:find ?x ?y :in $ % :where (r ?x ?y)]', [rules], env, { maxRows: 20 })
    await expect(all()).rejects.toMatchObject({ code: 'query/too-many-rows' })
  })
})
