import { describe, expect, it } from 'vitest'
import { query } from '../src/query/query.ts'
import { shuffled } from './query/arb-query.ts'
import { ruleCase } from './query/arb-rules.ts'
import { plainEnv } from './query/env.ts'
import { Dice, graph } from './query/graph.ts'
import { naiveRows } from './query/naive.ts'
import { type Overlay, type ViewName, viewed } from './query/people.ts'
import { seedsOf } from './support/seeds.ts'

const env = plainEnv()

/** Sorted texts: numbers that unify are equal, and a lookup ref among the inputs comes back as it was given. */
const canonical = (rows: unknown): string[] =>
  (rows as unknown[][])
    .map((row) => row.map((x) => (Array.isArray(x) ? String(x[1]).slice(2) : String(x))).join(' | '))
    .sort()

describe('recursive rules against an oracle', () => {
  it('finds what working from the bottom up finds, in every view, over pending facts, in any order', async () => {
    let found = 0
    const seeds = seedsOf(120)
    for (const seed of seeds) {
      const dice = new Dice(seed)
      const overlay = dice.of<Overlay>(['none', 'pending', 'with'])
      const view = dice.of<ViewName>(['now', 'now', 'asOf', 'since', 'history'])
      const db = viewed(await graph(dice, overlay), view, dice.pick(6))
      const { find, ins, where, rules, inputs, plain } = ruleCase(dice, view !== 'since')
      const text = (clauses: readonly string[]): string => `[:find ${find} :in $ % ${ins} :where ${clauses.join('\n')}]`
      const wanted = canonical(await naiveRows(db, text(where), [rules, ...plain], rules))
      if (wanted.length > 0) found++
      for (const clauses of [where, shuffled(where, seed)]) {
        const q = text(clauses)
        expect(canonical(await query(db, q, [rules, ...inputs], env)), `seed ${seed}: ${q}\n${rules}`).toEqual(wanted)
      }
    }
    if (seeds.length >= 100) expect(found).toBeGreaterThan(seeds.length / 5)
  }, 120_000)
})
