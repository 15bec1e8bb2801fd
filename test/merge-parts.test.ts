import { describe, expect, it } from 'vitest'
import { mergeParts } from '../src/db/merge-parts.ts'
import { MergedRuns } from '../src/db/merged-runs.ts'
import type { Part } from '../src/db/part.ts'
import { type Rows, RowsBuilder } from '../src/db/rows.ts'

/** Rows of the attribute 1 for the given entities. */
function rowsOf(entities: readonly number[]): Rows {
  const out = new RowsBuilder(false)
  for (const e of entities) out.push(e, 1, e * 2, 1)
  return out.done()
}
const whole = (rows: Rows): Part => ({ rows, start: 0, end: rows.length })
const entitiesOf = (parts: readonly Part[]): number[] =>
  parts.flatMap(({ rows, start, end }) => Array.from(rows.e.subarray(start, end)))
const steps = (from: number, to: number, by: number): number[] =>
  Array.from({ length: (to - from) / by }, (_, i) => from + i * by)

describe('segments and their novelty', () => {
  const base = [whole(rowsOf(steps(0, 2000, 2))), whole(rowsOf(steps(2000, 4000, 2))), whole(rowsOf([4000, 4002]))]
  const gone = [whole(rowsOf([2, 4])), whole(rowsOf([2000, 4002]))]
  const fresh = [whole(rowsOf([1, 2001, 4005]))]
  const merge = (runs: MergedRuns, g: readonly Part[], f: readonly Part[]) => mergeParts('aevt', base, g, f, runs)

  it('are put together', () => {
    const isGone = new Set([2, 4, 2000, 4002])
    const kept = [...steps(0, 4000, 2), 4000, 4002].filter((e) => !isGone.has(e))
    const wanted = [...kept, 1, 2001, 4005].sort((x, y) => x - y)
    const runs = new MergedRuns()
    for (let i = 0; i < 2; i++) expect(entitiesOf(merge(runs, gone, fresh))).toEqual(wanted)
  })

  it('are put together once, as long as neither changes', () => {
    const runs = new MergedRuns()
    const [first, second, third] = merge(runs, gone, fresh)
    const again = merge(runs, gone, fresh)
    expect(again[0]?.rows).toBe(first?.rows)
    expect(again[1]?.rows).toBe(second?.rows)
    expect(again[2]?.rows, 'too short to be kept').not.toBe(third?.rows)
    const [afterwards, changed] = merge(runs, gone, [whole(rowsOf([1])), whole(rowsOf([2003]))])
    expect(entitiesOf([afterwards as Part]).slice(0, 3)).toEqual([0, 1, 6])
    expect(entitiesOf([changed as Part]).slice(0, 2)).toEqual([2002, 2003])
  })

  it('are kept up to a number of rows', () => {
    const runs = new MergedRuns()
    const long = Array.from({ length: 80 }, (_, i) => [whole(rowsOf(steps(i * 8000, (i + 1) * 8000, 2)))])
    const made = long.map((parts, i) => mergeParts('aevt', parts, [], [whole(rowsOf([i * 8000 + 1]))], runs))
    const sizes = made.reduce((sum, parts) => sum + entitiesOf(parts).length, 0)
    expect(sizes).toBeGreaterThan(2 ** 18)
    expect(runs.size).toBeLessThanOrEqual(2 ** 18)
    expect(runs.size).toBeGreaterThan(2 ** 17)
  })
})
