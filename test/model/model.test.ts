import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../support/seeds.ts'
import { history } from './arb-history.ts'
import { SideBySide, type Tally } from './run-history.ts'

/**
 * Random histories, decided by annals and by a model that keeps nothing but the list of datoms. ANNALS_HISTORIES=100000 runs a
 * campaign; ANNALS_SEED repeats one. A failure prints its seed and the smallest history that still fails.
 */
const HISTORIES = Number(process.env.ANNALS_HISTORIES ?? 2000)

it('decides every history as the model does', { timeout: 600_000 + HISTORIES * 100 }, async () => {
  const tally: Tally = { accepted: 0, undone: 0, refusedOtherwise: 0, refused: new Map() }
  const parameters = { ...runs(HISTORIES), ...(process.env.ANNALS_HISTORIES !== undefined && { numRuns: HISTORIES }) }
  await fc.assert(
    fc.asyncProperty(history, (steps) => SideBySide.run(steps, tally)),
    parameters,
  )
  if (process.env.ANNALS_SEED === undefined && (parameters.numRuns ?? 0) >= 1000) {
    expect(tally.accepted).toBeGreaterThan(2 * HISTORIES)
    expect(tally.undone).toBeGreaterThan(HISTORIES / 2)
    expect(tally.refusedOtherwise).toBeLessThan(HISTORIES / 500)
    for (const area of ['tx', 'entity', 'attribute', 'value', 'ident', 'schema'])
      expect(tally.refused.get(area) ?? 0, area).toBeGreaterThan(HISTORIES / 1000)
  }
})
