import { expect, it } from 'vitest'
import { type Part, slowApart } from '../../bench/part.ts'
import { type ScheduleOptions, schedule, type Turn } from '../../bench/schedule.ts'

const part = (name: string, systems: readonly string[], bounds: Pick<Part, 'first'> = {}): Part => ({
  name,
  systems,
  ...bounds,
  measure: async () => undefined,
})
const shown = ({ part, system, run }: Turn): string => `${part.name}${run}${system}`
const always = { within: Number.POSITIVE_INFINITY, now: () => 0, isDone: () => false }

/** Makes every turn take one unit of time. */
function played(parts: readonly Part[], options: Partial<ScheduleOptions>): string[] {
  let now = 0
  const turns: string[] = []
  for (const turn of schedule(parts, { ...always, runs: 2, now: () => now, ...options })) {
    turns.push(shown(turn))
    now++
  }
  return turns
}

it('warms everything up, and then makes each run of all parts before the next', () => {
  const turns = played([part('Q', ['a', 'b']), part('S', ['a'])], {})
  expect(turns).toEqual(['Q0a', 'Q0b', 'S0a', 'Q1b', 'Q1a', 'S1a', 'Q2a', 'Q2b', 'S2a'])
})

it('lets another system begin in every run', () => {
  const turns = played([part('Q', ['a', 'b', 'c'])], { runs: 3 })
  expect(turns.filter((_, i) => i % 3 === 0)).toEqual(['Q0a', 'Q1b', 'Q2c', 'Q3a'])
})

it('runs a slow system apart', () => {
  const parts = slowApart(part('S', ['a', 'b'], { first: 1 }), ['b', 'c'])
  expect(played(parts, {})).toEqual(['S1a', 'S, slow1b', 'S2a', 'S, slow2b'])
  expect(played(slowApart(part('S', ['a']), ['b']), { runs: 1 })).toEqual(['S0a', 'S1a'])
})

it('warms systems up in one part for all', () => {
  const turns = played([part('S 10k', ['a']), part('S 100k', ['a'], { first: 1 })], { runs: 1 })
  expect(turns).toEqual(['S 10k0a', 'S 10k1a', 'S 100k1a'])
})

it('ends in time, and begins nothing again that would not', () => {
  // two for the warm-up, three for run 1; then a part of three does not fit into two, one of one does
  const turns = played([part('Q', ['a', 'b', 'c']), part('S', ['a'])], { within: 10 })
  expect(turns).toEqual(['Q0a', 'Q0b', 'Q0c', 'S0a', 'Q1b', 'Q1c', 'Q1a', 'S1a', 'S2a'])
})

it('begins nothing when time is up, be it in the middle of a part', () => {
  const turns = played([part('Q', ['a', 'b', 'c'])], { within: 5 })
  expect(turns).toEqual(['Q0a', 'Q0b', 'Q0c', 'Q1b', 'Q1c'])
})

it('goes on where a run was broken off', () => {
  const done = new Set(['Q0a', 'Q0b', 'Q1b'])
  const turns = played([part('Q', ['a', 'b'])], { runs: 1, isDone: (turn) => done.has(shown(turn)) })
  expect(turns).toEqual(['Q1a'])
})
