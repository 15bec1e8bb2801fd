import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isAnnalsError } from '../src/base/errors.ts'
import { explain } from '../src/query/explain.ts'
import { query } from '../src/query/query.ts'
import { type ArbQuery, arbQuery, RULES } from './query/arb-query.ts'
import { plainEnv } from './query/env.ts'
import { PEOPLE, people, type Said, said } from './query/people.ts'
import { runs } from './support/seeds.ts'
import { slow } from './support/slow-scans.ts'

vi.mock('../src/db/view.ts', async (original) => (await import('./support/slow-scans.ts')).slowView(await original()))

const env = plainEnv()
const textOf = ({ find, where, ins }: ArbQuery): string => `[:find ${find} :in $ % ${ins} :where ${where.join('\n')}]`
const canonical = (rows: unknown): string[] => (rows as unknown[][]).map((row) => row.map(String).join(' | ')).sort()
const world = fc.array(fc.array(said, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 })

describe('a query that has to wait for its segments', () => {
  beforeEach(() => {
    Object.assign(slow, { on: false, waits: 0, turn: undefined })
  })

  it('finds the same, also while others wait', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.array(arbQuery, { minLength: 2, maxLength: 4 }), async (txs, qs) => {
        slow.on = false
        const db = await people(txs)
        const ask = async (q: ArbQuery): Promise<string[] | string> => {
          try {
            return canonical(await query(db, textOf(q), [RULES, ...q.inputs], env))
          } catch (e) {
            if (isAnnalsError(e)) return e.code
            throw e
          }
        }
        const wanted = await Promise.all(qs.map(ask))
        slow.on = true
        expect(await Promise.all(qs.map(ask))).toEqual(wanted)
        slow.on = false
      }),
      runs(150),
    )
  }, 60_000)

  it('asks for what a clause needs together', async () => {
    const facts: Said[] = PEOPLE.flatMap((e, i) => [
      { e, name: 'email' as const, v: `${'abcdef'[i]}@x`, retract: false },
      { e, name: 'boss' as const, v: PEOPLE[(i + 1) % PEOPLE.length], retract: false },
    ])
    const db = await people([facts])
    const emails = ['a@x', 'b@x', 'c@x', 'd@x']
    const bosses = '[:find ?e ?b :in $ [?m ...] :where [?e :email ?m] [?e :boss ?b]]'
    expect((await explain(db, bosses, [emails], env)).waits).toBe(0)
    slow.on = true
    const explained = await explain(db, bosses, [emails], env)
    expect(explained.rows).toBe(4)
    expect(explained.waits).toBe(2)
    expect(
      await query(db, '[:find [?e ...] :in $ [?e ...] :where [?e :boss]]', [emails.map((m) => ['email', m])], env),
    ).toHaveLength(4)
  })

  it('can be aborted while it waits, and passes on what reading says', async () => {
    const db = await people([
      [
        { e: 2001, name: 'age', v: 1, retract: false },
        { e: 2001, name: 'name', v: 'Ivan', retract: false },
      ],
    ])
    slow.on = true
    const stop = new AbortController()
    const answer = query(db, '[:find ?e :where [?e :age ?n] [?e :name _]]', [], env, {
      signal: stop.signal,
    }) as Promise<unknown>
    stop.abort()
    await expect(answer).rejects.toMatchObject({ code: 'query/aborted' })
    slow.turn = Promise.reject(new Error('the disk is gone'))
    await expect(query(db, '[:find ?e :where [?e :age ?n]]', [], env)).rejects.toThrow('the disk is gone')
  })
})
