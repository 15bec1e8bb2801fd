import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { query } from '../src/query/query.ts'
import { type ArbQuery, arbQuery, RULES, shuffled } from './query/arb-query.ts'
import { plainEnv } from './query/env.ts'
import { naiveRows } from './query/naive.ts'
import { type Overlay, people, said, type ViewName, viewed } from './query/people.ts'
import { runs } from './support/seeds.ts'

const env = plainEnv()
const world = fc.array(fc.array(said, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
const view = fc.constantFrom<ViewName>('now', 'now', 'asOf', 'since', 'history')
const overlay = fc.constantFrom<Overlay>('none', 'pending', 'with')

const textOf = ({ find, where, ins }: ArbQuery, clauses = where): string =>
  `[:find ${find} :in $ % ${ins} :where ${clauses.join('\n')}]`

/** Rows as a sorted list of texts. Where numbers of several types unify, any of them may stand for all: 2, 2n or '2'. */
const canonical = (rows: unknown): string[] => (rows as unknown[][]).map((row) => row.map(String).join(' | ')).sort()

const REFUSALS = ['query/unbound-variable', 'query/malformed', 'query/bad-argument']

describe('queries against an oracle', () => {
  it('finds what trying everything finds, in every view, over pending facts, whatever the order of the clauses', async () => {
    let answered = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(world, overlay, arbQuery, view, fc.nat(6), fc.integer(), async (txs, o, q, v, t, seed) => {
        const db = viewed(await people(txs, o), v, t)
        const inputs = [RULES, ...q.inputs]
        let rows: unknown
        try {
          rows = await query(db, textOf(q), inputs, env)
        } catch (e) {
          // a variable that only a not or one branch knows, or a sum of what is no number: refused, whatever the order
          if (!isAnnalsError(e) || !REFUSALS.includes(e.code)) throw e
          refused++
          return
        }
        answered++
        const wanted = canonical(await naiveRows(db, textOf(q), inputs, RULES))
        expect(canonical(rows)).toEqual(wanted)
        const other = await query(db, textOf(q, shuffled(q.where, seed)), inputs, env)
        expect(canonical(other)).toEqual(wanted)
      }),
      runs(800),
    )
    expect(refused).toBeLessThan(answered / 4)
  }, 120_000)
})
